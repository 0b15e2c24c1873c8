package io.narthex.query.http;

import java.util.Iterator;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One JSON value that is written part by part, so that an answer of any size needs the memory of
 * one part. Used once; confined to one thread at a time.
 */
@FunctionalInterface
interface JsonBody {

  /**
   * Writes on until the output is full or the value is complete.
   *
   * @return whether more is to come
   */
  boolean write(JsonOut out);

  /** A small value, written at once; see {@link JsonOut#value}. */
  static JsonBody of(@Nullable Object value) {
    return out -> {
      out.value(value);
      return false;
    };
  }

  /** An array of any length. */
  static <T> JsonBody array(Iterable<T> items, BiConsumer<JsonOut, T> writer) {
    return new ArrayBody<>(items.iterator(), writer);
  }

  /** An array that is written element by element. */
  final class ArrayBody<T> implements JsonBody {
    private final Iterator<T> items;
    private final BiConsumer<JsonOut, T> writer;
    private char before = '[';

    private ArrayBody(Iterator<T> items, BiConsumer<JsonOut, T> writer) {
      this.items = items;
      this.writer = writer;
    }

    @Override
    public boolean write(JsonOut out) {
      while (items.hasNext()) {
        if (out.isFull()) {
          return true;
        }
        writer.accept(out.raw(before), items.next());
        before = ',';
      }
      out.raw(before == '[' ? "[]" : "]");
      return false;
    }
  }
}
