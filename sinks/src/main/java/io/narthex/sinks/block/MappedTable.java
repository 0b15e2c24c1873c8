package io.narthex.sinks.block;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * An Arrow IPC file in memory as it lies on disk: the file is mapped, and batches say where their
 * buffers are. Checksums are verified chunk by chunk when a chunk is first touched. Safe for use by
 * several threads.
 */
final class MappedTable {
  /**
   * Windows begin at multiples of this and are up to twice as long, so that each batch, being
   * shorter, lies in the window in which it begins.
   */
  private static final int WINDOW_SHIFT = 30;

  private static final long WINDOW = 1L << WINDOW_SHIFT;

  /** Magic at both ends and the length of the footer. */
  private static final int LEAST_SIZE = 8 + 4 + 6;

  private final Path file;
  private final FileSummary summary;
  private final int chunkShift;
  private final Consumer<FaultException> onDamage;
  private final ByteBuffer[] windows;
  // Set without synchronisation: at worst two threads verify a chunk.
  private final boolean[] verified;
  // Chunks not yet verified; written under the lock of the flags.
  private int unverified;
  private final List<MappedBatch> dictionaries = new ArrayList<>();
  private Block[] places = {};
  // Set without synchronisation: at worst two threads read the head of a batch.
  private @Nullable MappedBatch[] batches = {};

  private MappedTable(
      Path file, FileSummary summary, ByteBuffer[] windows, Consumer<FaultException> onDamage) {
    this.file = file;
    this.summary = summary;
    this.chunkShift = Integer.numberOfTrailingZeros(summary.chunk());
    this.onDamage = onDamage;
    this.windows = windows;
    this.verified = new boolean[summary.checksums().size()];
    this.unverified = verified.length;
  }

  /**
   * Maps a file.
   *
   * @param fields names of the columns it must have, joined by commas
   * @param onDamage told of each chunk that is not as it was written, when it is touched
   * @throws FaultException {@code CORRUPT_BLOCK} if it is not the file that was written
   */
  static MappedTable open(
      Path file, FileSummary summary, String fields, Consumer<FaultException> onDamage) {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() != summary.size() || summary.size() < LEAST_SIZE) {
        throw corrupt(
            file, "has " + channel.size() + " bytes, " + summary.size() + " were written", null);
      }
      int count = (int) ((summary.size() + WINDOW - 1) >>> WINDOW_SHIFT);
      var windows = new ByteBuffer[count];
      for (int i = 0; i < count; i++) {
        long from = i * WINDOW;
        long length = Math.min(summary.size() - from, 2 * WINDOW - 1);
        windows[i] = channel.map(MapMode.READ_ONLY, from, length).order(ByteOrder.LITTLE_ENDIAN);
      }
      var table = new MappedTable(file, summary, windows, onDamage);
      table.readFooter(fields);
      return table;
    } catch (IOException e) {
      throw corrupt(file, "cannot be read: " + e.getMessage(), e);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw corrupt(file, "is no Arrow file of this format", e);
    }
  }

  List<MappedBatch> batches() {
    return IntStream.range(0, places.length).mapToObj(this::batch).toList();
  }

  int batchCount() {
    return places.length;
  }

  /**
   * A record batch; where its buffers are is read when it is first asked for.
   *
   * @throws FaultException {@code CORRUPT_BLOCK} if it is no batch of this format
   */
  MappedBatch batch(int number) {
    MappedBatch known = batches[number];
    if (known == null) {
      try {
        known = batch(places[number], false);
      } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
        throw corrupt(file, "is no Arrow file of this format", e);
      }
      batches[number] = known;
    }
    return known;
  }

  List<MappedBatch> dictionaries() {
    return dictionaries;
  }

  Path file() {
    return file;
  }

  private void readFooter(String fields) {
    long size = summary.size();
    int length = verifiedSlice(size - 10, 4).getInt(0);
    if (length <= 0 || length > size - LEAST_SIZE) {
      throw new IllegalArgumentException("a footer of " + length + " bytes");
    }
    Footer footer = Footer.getRootAsFooter(verifiedSlice(size - 10 - length, length));
    var names = new StringBuilder();
    for (int i = 0; i < footer.schema().fieldsLength(); i++) {
      names.append(i == 0 ? "" : ",").append(footer.schema().fields(i).name());
    }
    if (!names.toString().equals(fields)) {
      throw new IllegalArgumentException("columns " + names);
    }
    for (int i = 0; i < footer.dictionariesLength(); i++) {
      dictionaries.add(batch(footer.dictionaries(i), true));
    }
    places = new Block[footer.recordBatchesLength()];
    batches = new MappedBatch[places.length];
    for (int i = 0; i < places.length; i++) {
      places[i] = footer.recordBatches(i);
    }
  }

  private MappedBatch batch(Block block, boolean dictionary) {
    ByteBuffer metadata = verifiedSlice(block.offset() + 8, block.metaDataLength() - 8);
    Message message = Message.getRootAsMessage(metadata);
    var content = new RecordBatch();
    if (dictionary) {
      var header = (DictionaryBatch) message.header(new DictionaryBatch());
      content = header.data();
    } else {
      content = (RecordBatch) message.header(content);
    }
    long body = block.offset() + block.metaDataLength();
    long[] offsets = new long[content.buffersLength()];
    long[] lengths = new long[offsets.length];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = body + content.buffers(i).offset();
      lengths[i] = content.buffers(i).length();
      if (offsets[i] + lengths[i] > summary.size() || block.bodyLength() > WINDOW) {
        throw new IllegalArgumentException("a buffer behind the end of the file");
      }
    }
    return new MappedBatch(this, Math.toIntExact(content.length()), offsets, lengths);
  }

  private ByteBuffer verifiedSlice(long offset, int length) {
    verify(offset, length);
    return window(offset).slice(positionInWindow(offset), length).order(ByteOrder.LITTLE_ENDIAN);
  }

  ByteBuffer window(long offset) {
    return windows[(int) (offset >>> WINDOW_SHIFT)];
  }

  static int positionInWindow(long offset) {
    return (int) (offset & (WINDOW - 1));
  }

  /**
   * Makes sure that the bytes are those that were written.
   *
   * @throws FaultException {@code CORRUPT_BLOCK} if not
   */
  void verify(long offset, long length) {
    if (unverified > 0) {
      verifyTouched(offset, length);
    }
  }

  private void verifyTouched(long offset, long length) {
    int last = (int) ((offset + Math.max(1, length) - 1) >>> chunkShift);
    for (int chunk = (int) (offset >>> chunkShift); chunk <= last; chunk++) {
      if (!verified[chunk]) {
        verifyChunk(chunk);
      }
    }
  }

  /**
   * Verifies the whole file.
   *
   * @throws FaultException {@code CORRUPT_BLOCK} at the first chunk that is damaged
   */
  void verifyAll() {
    if (summary.size() > 0) {
      verify(0, summary.size());
    }
  }

  private void verifyChunk(int chunk) {
    long from = (long) chunk << chunkShift;
    int length = (int) Math.min(summary.chunk(), summary.size() - from);
    if (checksum(from, length) != summary.checksums().get(chunk)) {
      throw damaged("is damaged between bytes " + from + " and " + (from + length), null);
    }
    synchronized (verified) {
      if (!verified[chunk]) {
        verified[chunk] = true;
        unverified--;
      }
    }
  }

  private int checksum(long from, int length) {
    try {
      var crc = new CRC32C();
      crc.update(window(from).slice(positionInWindow(from), length));
      return (int) crc.getValue();
    } catch (InternalError e) { // how the machine tells that a mapped page cannot be read
      throw damaged("cannot be read between bytes " + from + " and " + (from + length), e);
    }
  }

  private FaultException damaged(String what, @Nullable Throwable cause) {
    var fault = corrupt(file, what, cause);
    onDamage.accept(fault);
    return fault;
  }

  static FaultException corrupt(Path file, String what, @Nullable Throwable cause) {
    return new FaultException(
        Fault.CORRUPT_BLOCK,
        file + " " + what + "; restore the block from a copy or remove its folder",
        cause);
  }
}
