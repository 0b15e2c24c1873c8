package io.narthex.query.http;

import io.narthex.query.promql.QueryRequest;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The queries that wait or run. Bounded by the number of threads that run queries, those of pages
 * included. Safe for use by several threads.
 */
final class RunningQueries {
  private final AtomicLong ids = new AtomicLong();
  private final ConcurrentSkipListMap<Long, Entry> entries = new ConcurrentSkipListMap<>();

  /**
   * A query on its way; closing it takes it from the list.
   *
   * @param client address of the one who asks
   * @param sinceNanos {@link System#nanoTime()} at its arrival
   */
  record Entry(RunningQueries list, long id, QueryRequest request, String client, long sinceNanos)
      implements AutoCloseable {
    @Override
    public void close() {
      list.entries.remove(id);
    }
  }

  Entry add(QueryRequest request, String client, long sinceNanos) {
    var entry = new Entry(this, ids.incrementAndGet(), request, client, sinceNanos);
    entries.put(entry.id, entry);
    return entry;
  }

  /** All of them, the oldest first. */
  List<Entry> all() {
    return List.copyOf(entries.values());
  }

  /**
   * Ends a query: who waits for it gets an error that says so.
   *
   * @return false if there is no such query, or no longer
   */
  boolean end(long id) {
    var entry = entries.get(id);
    if (entry == null) {
      return false;
    }
    entry.request.cancellation().end("by DELETE /api/v1/queries/" + id);
    return true;
  }
}
