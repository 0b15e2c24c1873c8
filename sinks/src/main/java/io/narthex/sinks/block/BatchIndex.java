package io.narthex.sinks.block;

import java.util.List;

/** Finds rows of a table by their number in the whole file. */
final class BatchIndex {
  private final MappedBatch[] batches;
  private final int[] firstRows;

  BatchIndex(List<MappedBatch> list) {
    batches = list.toArray(new MappedBatch[0]);
    firstRows = new int[batches.length + 1];
    for (int i = 0; i < batches.length; i++) {
      firstRows[i + 1] = Math.addExact(firstRows[i], batches[i].rows());
    }
  }

  int rows() {
    return firstRows[batches.length];
  }

  /** Number of the batch that has the row. */
  int batchOf(int row) {
    int low = 0;
    int high = batches.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (firstRows[middle] <= row) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  MappedBatch batch(int number) {
    return batches[number];
  }

  int firstRow(int batch) {
    return firstRows[batch];
  }
}
