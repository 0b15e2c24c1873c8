package io.narthex.jobs.embedded;

import java.nio.file.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

public class Probe {
  public static void main(String[] a) throws Exception {
    long t0 = ProcessHandle.current().info().startInstant().get().toEpochMilli();
    System.out.println("main " + (System.currentTimeMillis() - t0));
    var o = EmbeddedFlinkOptions.of(Path.of("/tmp/probe-flink"));
    var f = EmbeddedFlink.start(o);
    System.out.println("started " + (System.currentTimeMillis() - t0));
    var env = StreamExecutionEnvironment.getExecutionEnvironment(FlinkSettings.embedded(o));
    env.fromSequence(0, Long.MAX_VALUE)
        .map(
            x -> {
              if (x == 0) System.out.println("first " + (System.currentTimeMillis() - t0));
              Thread.sleep(10);
              return x;
            })
        .returns(Long.class)
        .sinkTo(new org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink<>());
    var g = env.getStreamGraph();
    System.out.println("graph " + (System.currentTimeMillis() - t0));
    var j = f.submit(g);
    System.out.println("submitted " + (System.currentTimeMillis() - t0));
    while (!j.isRunning()) Thread.sleep(5);
    System.out.println("running " + (System.currentTimeMillis() - t0));
    System.gc();
    Thread.sleep(12000);
    System.out.println(
        java.nio.file.Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(s -> s.startsWith("VmRSS") || s.startsWith("Threads"))
            .toList());
    long t1 = System.currentTimeMillis();
    j.cancel().join();
    System.out.println("cancelled " + (System.currentTimeMillis() - t1));
    f.close();
    System.out.println("closed " + (System.currentTimeMillis() - t1));
    System.exit(0);
  }
}
