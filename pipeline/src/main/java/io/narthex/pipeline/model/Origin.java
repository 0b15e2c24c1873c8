package io.narthex.pipeline.model;

import org.jspecify.annotations.Nullable;

/** Where a batch comes from. */
public sealed interface Origin {

  /**
   * One scrape of one target.
   *
   * @param job the scrape pool
   * @param target id of the target, unique in the pool
   * @param context what is left to do; null once the batch is settled
   */
  record Scrape(String job, String target, @Nullable ScrapeContext context) implements Origin {}

  /** A remote-write request. */
  record RemoteWrite() implements Origin {}

  /**
   * A push of another kind.
   *
   * @param protocol such as {@code pushgateway} or {@code otlp}
   */
  record Push(String protocol) implements Origin {}

  /**
   * Output of a rule group. Its samples may overwrite: corrections of late data come again with the
   * same timestamp.
   *
   * @param group name of the group
   */
  record Rules(String group) implements Origin {}

  /**
   * Samples of another store. They are taken at any age and in any order, may overwrite, and keep
   * stale markers that end series of which nothing else is known.
   */
  record Import() implements Origin {}
}
