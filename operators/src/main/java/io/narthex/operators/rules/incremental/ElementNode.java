package io.narthex.operators.rules.incremental;

import io.narthex.pipeline.model.Labels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Changes each value of a vector by itself; series and order stay what they are. */
final class ElementNode extends SeriesNode {
  private final SeriesNode input;
  private final Operation operation;
  private final boolean dependsOnTime;
  private final boolean keepsName;
  private boolean distinct = true;
  private long seenStructure = -1;
  private long seenVersion = -1;
  private long seenTime = Long.MIN_VALUE;

  /** What is done. */
  @FunctionalInterface
  interface Operation {
    /**
     * Changes values in place, and which of them are present.
     *
     * @param time of the tick, milliseconds
     */
    void apply(double[] values, boolean[] present, int size, long time);
  }

  ElementNode(SeriesNode input, Operation operation, boolean keepsName, boolean dependsOnTime) {
    this.input = input;
    this.operation = operation;
    this.dependsOnTime = dependsOnTime;
    this.keepsName = keepsName;
  }

  @Override
  boolean refresh(long time) {
    if (!input.refresh(time)) {
      return false;
    }
    if (input.structure != seenStructure) {
      distinct = keepsName || input.hasOneName() || areDistinct(input.size(), input::nameless);
      seenStructure = input.structure;
      seenVersion = -1;
      structure++;
    }
    if (!distinct) {
      return false;
    }
    if (input.version != seenVersion || (dependsOnTime && time != seenTime)) {
      int size = input.size();
      if (values.length < size) {
        int room = Math.max(size, 2 * values.length);
        values = Arrays.copyOf(values, room);
        present = Arrays.copyOf(present, room);
      }
      System.arraycopy(input.values, 0, values, 0, size);
      System.arraycopy(input.present, 0, present, 0, size);
      selected = input.selected;
      operation.apply(values, present, size, time);
      seenVersion = input.version;
      seenTime = time;
      version++;
    }
    return true;
  }

  @Override
  int size() {
    return input.size();
  }

  @Override
  Labels labels(int position) {
    return keepsName ? input.labels(position) : input.nameless(position);
  }

  @Override
  Labels nameless(int position) {
    return input.nameless(position);
  }

  @Override
  int ordered() {
    return input.ordered();
  }

  @Override
  int position(int n) {
    return input.position(n);
  }

  @Override
  boolean distinct() {
    return distinct;
  }

  @Override
  boolean hasOneName() {
    return input.hasOneName();
  }

  @Override
  @Nullable Labels origin(int position) {
    return input.origin(position);
  }
}
