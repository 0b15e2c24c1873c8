package io.narthex.sinks.wal;

/** What is to stay when the log is cut, frame by frame. */
@FunctionalInterface
public interface NotesContent {
  /** Kind of the frame that ends the notes. */
  int END = 0;

  /**
   * Puts the next frames, of bounded size.
   *
   * @return whether there are more
   */
  boolean next(FrameBuffer out);
}
