package io.narthex.sources.reactive;

import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.runtime.Provider;
import java.io.IOException;
import java.util.List;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A source whose readers have nothing to share out: each runs a flow of its own. What is pushed to
 * a process enters like this.
 */
public final class ReactiveSource
    implements Source<SampleBatch, ReactiveSource.NoSplit, ReactiveSource.NoState> {
  private static final long serialVersionUID = 1;

  private final Provider<? extends BatchFlow<NoSplit>> flows;

  /**
   * A source of the flows given.
   *
   * @param flows asked once by each reader, for a flow that the reader closes
   */
  public ReactiveSource(Provider<? extends BatchFlow<NoSplit>> flows) {
    this.flows = flows;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SourceReader<SampleBatch, NoSplit> createReader(SourceReaderContext context) {
    return new ReactiveReader<>(flows.get(), context.metricGroup());
  }

  @Override
  public SplitEnumerator<NoSplit, NoState> createEnumerator(
      SplitEnumeratorContext<NoSplit> context) {
    return new NoEnumerator();
  }

  @Override
  public SplitEnumerator<NoSplit, NoState> restoreEnumerator(
      SplitEnumeratorContext<NoSplit> context, NoState state) {
    return new NoEnumerator();
  }

  @Override
  public SimpleVersionedSerializer<NoSplit> getSplitSerializer() {
    return new EmptySerializer<>(new NoSplit());
  }

  @Override
  public SimpleVersionedSerializer<NoState> getEnumeratorCheckpointSerializer() {
    return new EmptySerializer<>(new NoState());
  }

  /** The split of a source that has none. */
  public record NoSplit() implements SourceSplit {
    @Override
    public String splitId() {
      return "none";
    }
  }

  /** The state of an enumerator that has none. */
  public record NoState() {}

  /** Version 1 of nothing is no bytes. */
  public static final class EmptySerializer<T> implements SimpleVersionedSerializer<T> {
    private static final int VERSION = 1;
    private final T value;

    public EmptySerializer(T value) {
      this.value = value;
    }

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(T object) {
      return new byte[0];
    }

    @Override
    public T deserialize(int version, byte[] serialized) throws IOException {
      if (version != VERSION) {
        throw new IOException("source state version " + version + " is not known to this build");
      }
      return value;
    }
  }

  private static final class NoEnumerator implements SplitEnumerator<NoSplit, NoState> {
    @Override
    public void start() {
      // there is nothing to find
    }

    @Override
    public void handleSplitRequest(int subtask, @Nullable String host) {
      // there is nothing to give
    }

    @Override
    public void addSplitsBack(List<NoSplit> splits, int subtask) {
      // there is nothing to take back
    }

    @Override
    public void addReader(int subtask) {
      // readers need nothing to begin
    }

    @Override
    public NoState snapshotState(long checkpointId) {
      return new NoState();
    }

    @Override
    public void close() {
      // there is nothing to close
    }
  }
}
