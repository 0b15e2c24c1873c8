package io.narthex.pipeline.runtime;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Leads an operator of an embedded job to an object of its own process. The object is found by a
 * number that travels in its place; {@link #release} forgets it.
 */
public final class InProcess<T> implements Provider<T> {
  private static final long serialVersionUID = 1;
  private static final ConcurrentMap<Long, Object> OBJECTS = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT = new AtomicLong();

  private final long key;

  private InProcess(long key) {
    this.key = key;
  }

  /** Makes an object of this process available. */
  public static <T> InProcess<T> of(T object) {
    long key = NEXT.incrementAndGet();
    OBJECTS.put(key, object);
    return new InProcess<>(key);
  }

  @Override
  @SuppressWarnings("unchecked") // of() is the only writer, and keeps key and type together
  public T get() {
    Object object = OBJECTS.get(key);
    if (object == null) {
      throw new IllegalStateException(
          "object " + key + " is not in this process: an embedded job cannot run elsewhere");
    }
    return (T) object;
  }

  public void release() {
    OBJECTS.remove(key);
  }
}
