package io.narthex.query.http;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * What users are told without asking, such as that a reload failed. Whoever follows gets what holds
 * now and each change; a follower that does not keep up misses changes, never delays them. Safe for
 * use by several threads.
 */
public final class Notifications implements AutoCloseable {
  private final int maxFollowers;
  private final Clock clock;
  private final Map<String, Notification> active = new LinkedHashMap<>();
  private final List<FluxSink<Notification>> followers = new ArrayList<>();
  private boolean closed;

  /**
   * Nothing to tell.
   *
   * @param maxFollowers most at a time
   */
  public Notifications(int maxFollowers) {
    this(maxFollowers, Clock.systemUTC());
  }

  Notifications(int maxFollowers, Clock clock) {
    this.maxFollowers = maxFollowers;
    this.clock = clock;
  }

  /**
   * One sentence.
   *
   * @param since when it began to hold
   * @param active false when it no longer holds
   */
  public record Notification(String text, Instant since, boolean active) {}

  /** Tells something from now on; again and again is once. */
  public synchronized void tell(String text) {
    if (!active.containsKey(text)) {
      var notification = new Notification(text, clock.instant(), true);
      active.put(text, notification);
      followers.forEach(follower -> follower.next(notification));
    }
  }

  /** Tells something no longer. */
  public synchronized void withdraw(String text) {
    var gone = active.remove(text);
    if (gone != null) {
      var notification = new Notification(text, gone.since(), false);
      followers.forEach(follower -> follower.next(notification));
    }
  }

  /** What holds now. */
  public synchronized List<Notification> active() {
    return List.copyOf(active.values());
  }

  /** Whether {@link #follow} would find a place. */
  synchronized boolean hasPlace() {
    return !closed && followers.size() < maxFollowers;
  }

  /** What holds now, then each change; ends at once where there is no place. */
  Flux<Notification> follow() {
    return Flux.create(this::add, FluxSink.OverflowStrategy.DROP);
  }

  private synchronized void add(FluxSink<Notification> follower) {
    if (!hasPlace()) {
      follower.complete();
      return;
    }
    followers.add(follower);
    follower.onDispose(() -> remove(follower));
    active.values().forEach(follower::next);
  }

  private synchronized void remove(FluxSink<Notification> follower) {
    followers.remove(follower);
  }

  /** Lets all followers go. */
  @Override
  public void close() {
    List<FluxSink<Notification>> last;
    synchronized (this) {
      closed = true;
      last = List.copyOf(followers);
    }
    last.forEach(FluxSink::complete);
  }
}
