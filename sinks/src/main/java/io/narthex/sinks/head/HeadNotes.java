package io.narthex.sinks.head;

import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.AppendResult.Reason;
import io.narthex.pipeline.storage.AppendResult.Rejection;
import io.narthex.sinks.wal.FrameBuffer;
import io.narthex.sinks.wal.Wal;
import java.io.IOException;
import java.util.ArrayList;

/** What the head keeps beside samples, and no block will hold: exemplars and metadata. */
final class HeadNotes {
  private final Exemplars exemplars;
  private final MetadataTable metadata = new MetadataTable();
  private long savedExemplars; // versions of what the log's notes hold, by the thread that saves
  private long savedMetadata;

  /**
   * @param maxExemplars the oldest ones go beyond them
   */
  HeadNotes(int maxExemplars) {
    exemplars = new Exemplars(maxExemplars);
  }

  Exemplars exemplars() {
    return exemplars;
  }

  MetadataTable metadata() {
    return metadata;
  }

  /**
   * Takes the exemplars and metadata of a batch. Under the head's lock.
   *
   * @param samples what became of the batch's samples
   * @return what became of all of it
   */
  AppendResult take(SampleBatch batch, SeriesTable series, AppendResult samples) {
    if (!batch.metadata().isEmpty()) {
      metadata.take(batch.metadata());
    }
    if (batch.exemplars().isEmpty()) {
      return samples;
    }
    exemplars.take(batch, series);
    var rejections = new ArrayList<>(samples.rejections());
    if (exemplars.outOfOrder() > 0) {
      rejections.add(
          new Rejection(Reason.EXEMPLAR_OUT_OF_ORDER, exemplars.outOfOrder(), "exemplar"));
    }
    if (exemplars.tooLong() > 0) {
      rejections.add(new Rejection(Reason.INVALID_LABELS, exemplars.tooLong(), "exemplar"));
    }
    return new AppendResult(
        samples.samples(), samples.histograms(), exemplars.accepted(), rejections);
  }

  /** Appends to frames what was taken of a batch just now. Under the head's lock. */
  void log(SampleBatch batch, FrameBuffer frames) {
    if (!batch.exemplars().isEmpty()) {
      exemplars.log(frames);
    }
    if (!batch.metadata().isEmpty()) {
      metadata.log(frames);
    }
  }

  /** Makes all of it durable, apart from the log's samples; by one thread at a time. */
  void save(Wal wal) throws IOException {
    long exemplarsNow = exemplars.version();
    long metadataNow = metadata.version();
    if (exemplarsNow == savedExemplars && metadataNow == savedMetadata) {
      return;
    }
    var ofExemplars = exemplars.pieces().iterator();
    var ofMetadata = metadata.pieces().iterator();
    wal.saveNotes(
        out -> {
          if (ofMetadata.hasNext()) {
            MetadataTable.put(ofMetadata.next(), out);
          } else if (ofExemplars.hasNext()) {
            Exemplars.put(ofExemplars.next(), out);
          }
          return ofMetadata.hasNext() || ofExemplars.hasNext();
        });
    savedExemplars = exemplarsNow;
    savedMetadata = metadataNow;
  }
}
