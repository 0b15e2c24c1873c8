package io.narthex.jobs.cli;

import io.narthex.sinks.prometheus.ImportListener;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;

/** One line on a terminal that tells how far a long command is, where it is wanted. */
final class ImportProgress implements ImportListener, AutoCloseable {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final int BAR = 24;

  private final PrintWriter out;
  private final boolean shown;
  private long last = System.nanoTime() - INTERVAL_NANOS;
  private boolean dirty;

  ImportProgress(PrintWriter out, boolean shown) {
    this.out = out;
    this.shown = shown;
  }

  @Override
  public void progress(String part, double share, long samples) {
    show(share, String.format("%s, %,d samples", part, samples));
  }

  /** Shows how much is done, from 0 to 1, and of what; not more than a few times a second. */
  void show(double share, String what) {
    if (!shown || System.nanoTime() - last < INTERVAL_NANOS) {
      return;
    }
    last = System.nanoTime();
    dirty = true;
    int done = (int) (BAR * Math.min(1, Math.max(0, share)));
    out.printf("\r\033[K[%s%s] %s", "#".repeat(done), ".".repeat(BAR - done), what);
    out.flush();
  }

  /** Takes the line away. */
  @Override
  public void close() {
    if (dirty) {
      out.print("\r\033[K");
      out.flush();
      dirty = false;
    }
  }
}
