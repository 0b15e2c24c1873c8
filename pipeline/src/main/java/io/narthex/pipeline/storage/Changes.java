package io.narthex.pipeline.storage;

/**
 * Tells who keeps something that was read from a store how much of it may have changed since. Safe
 * for use by several threads.
 *
 * <p>What a reader asks for is visible before its change is told, so a reader that takes the
 * version first, then reads, and later asks for what changed since, misses nothing.
 */
public interface Changes {
  /** Of a store that does not tell: anything may have changed at any time. */
  Changes UNKNOWN =
      new Changes() {
        @Override
        public long version() {
          return 0;
        }

        @Override
        public long earliestSince(long version) {
          return Long.MIN_VALUE;
        }
      };

  /** Grows with each change. */
  long version();

  /**
   * The earliest time, in milliseconds, at which samples were added, replaced or deleted after a
   * version, or a time before that; {@link Long#MAX_VALUE} if nothing changed.
   */
  long earliestSince(long version);
}
