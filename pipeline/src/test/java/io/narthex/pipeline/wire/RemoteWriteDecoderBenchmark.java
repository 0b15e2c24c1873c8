package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.RemoteWrite2Encoder;
import io.narthex.pipeline.testkit.RemoteWriteEncoder;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a sample cost from the compressed body to the batch? One request of 2,000 series with
 * eleven labels and a sample each, as Prometheus sends it. Run {@code org.openjdk.jmh.Main
 * RemoteWriteDecoderBenchmark -prof gc} on the test class path.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class RemoteWriteDecoderBenchmark {
  private static final int SAMPLES = 2000;

  private final RemoteWriteDecoder decoder = new RemoteWriteDecoder();
  private final RemoteWrite2Decoder decoder2 = new RemoteWrite2Decoder();
  private byte[] body = new byte[0];
  private byte[] message = new byte[0];
  private byte[] body2 = new byte[0];

  @Setup
  public void encode() {
    var random = new Random(42);
    var batch = SampleBatch.of(new Origin.RemoteWrite());
    for (int s = 0; s < SAMPLES; s++) {
      var labels = Labels.builder().set("__name__", "http_request_duration_seconds_bucket");
      labels.set("cluster", "eu-west-1a").set("namespace", "shop").set("job", "kubernetes-pods");
      labels.set("instance", "10.0." + s % 50 + ".7:8080").set("pod", "checkout-7d9f-" + s % 50);
      labels.set("container", "checkout").set("method", "POST").set("le", "0." + s % 10);
      labels.set("path", "/api/v1/orders/" + s).set("status", "200");
      batch.series(labels.build()).value(1_700_000_000_000L + s, random.nextInt(100_000));
    }
    var built = batch.build();
    message = RemoteWriteEncoder.message(built);
    body = RemoteWriteEncoder.snappy(message);
    body2 = RemoteWrite2Encoder.compressed(built);
  }

  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public DecodedWrite version1() {
    return decoder.decode(body, 0, body.length);
  }

  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public DecodedWrite version1WithoutSnappy() {
    return decoder.decodeMessage(message);
  }

  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public DecodedWrite version2() {
    return decoder2.decode(body2, 0, body2.length);
  }
}
