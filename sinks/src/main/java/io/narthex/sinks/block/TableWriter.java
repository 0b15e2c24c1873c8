package io.narthex.sinks.block;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.BodyCompressionMethod;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Writes one Arrow IPC file from arrays on the heap. Columns are never null, so validity buffers
 * are empty. Confined to one thread.
 *
 * <p>Source: Apache Arrow columnar format 1.5, "Serialization and interprocess communication".
 */
final class TableWriter implements AutoCloseable {
  /** What an Arrow file begins and ends with. */
  static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);

  /** Marks a message; what follows is the length of its metadata. */
  private static final int CONTINUATION = -1;

  /** Alignment of buffers, as the format recommends. */
  private static final int ALIGNMENT = 64;

  private final ChecksummedOutput out;
  private final Schema schema;
  private final List<Position> dictionaries = new ArrayList<>();
  private final List<Position> batches = new ArrayList<>();

  /** Where a message lies; lengths in bytes. */
  private record Position(long offset, int metadataLength, long bodyLength) {}

  /**
   * Contents of a record batch.
   *
   * @param rows rows of the batch
   * @param nodeRows rows of each field, parents before their children
   * @param buffers buffers of all fields in the same order
   */
  record Body(int rows, int[] nodeRows, List<Slice> buffers) {}

  TableWriter(Path file, Schema schema) throws IOException {
    this.schema = schema;
    this.out = new ChecksummedOutput(file);
    out.write(MAGIC, 0, MAGIC.length);
    out.align(8);
    var builder = new FlatBufferBuilder(1024);
    int header = schema.getSchema(builder);
    writeMetadata(builder, message(builder, MessageHeader.Schema, header, 0));
  }

  /** Writes the values of a dictionary, strings as a rule. */
  void dictionary(long id, Body body) throws IOException {
    var builder = new FlatBufferBuilder(1024);
    int data = recordBatch(builder, body, false);
    int header = DictionaryBatch.createDictionaryBatch(builder, id, data, false);
    dictionaries.add(writeMessage(builder, MessageHeader.DictionaryBatch, header, body));
  }

  void batch(Body body) throws IOException {
    var builder = new FlatBufferBuilder(1024);
    int header = recordBatch(builder, body, false);
    batches.add(writeMessage(builder, MessageHeader.RecordBatch, header, body));
  }

  /**
   * Writes a batch whose buffers are compressed, each alone.
   *
   * @param plain the buffer that stays as it is, behind the length that says so
   */
  void compressedBatch(Body body, int plain) throws IOException {
    List<Slice> buffers = new ArrayList<>(body.buffers.size());
    for (int i = 0; i < body.buffers.size(); i++) {
      buffers.add(CompressedBuffer.of(body.buffers.get(i), i != plain));
    }
    var compressed = new Body(body.rows, body.nodeRows, buffers);
    var builder = new FlatBufferBuilder(1024);
    int header = recordBatch(builder, compressed, true);
    batches.add(writeMessage(builder, MessageHeader.RecordBatch, header, compressed));
  }

  /** Writes the footer and waits until the disk has everything. */
  FileSummary finish() throws IOException {
    writeInt(CONTINUATION);
    writeInt(0);
    long start = out.position();
    var builder = new FlatBufferBuilder(1024);
    int schemaAt = schema.getSchema(builder);
    int dictionariesAt = blocks(builder, dictionaries, true);
    int batchesAt = blocks(builder, batches, false);
    Footer.startFooter(builder);
    Footer.addVersion(builder, MetadataVersion.V5);
    Footer.addSchema(builder, schemaAt);
    Footer.addDictionaries(builder, dictionariesAt);
    Footer.addRecordBatches(builder, batchesAt);
    builder.finish(Footer.endFooter(builder));
    write(builder.dataBuffer());
    writeInt((int) (out.position() - start));
    out.write(MAGIC, 0, MAGIC.length);
    return out.finish();
  }

  private static int blocks(FlatBufferBuilder builder, List<Position> list, boolean dictionary) {
    if (dictionary) {
      Footer.startDictionariesVector(builder, list.size());
    } else {
      Footer.startRecordBatchesVector(builder, list.size());
    }
    for (int i = list.size() - 1; i >= 0; i--) {
      Position p = list.get(i);
      Block.createBlock(builder, p.offset, p.metadataLength, p.bodyLength);
    }
    return builder.endVector();
  }

  private static int recordBatch(FlatBufferBuilder builder, Body body, boolean compressed) {
    int compression =
        compressed
            ? BodyCompression.createBodyCompression(
                builder, CompressionType.ZSTD, BodyCompressionMethod.BUFFER)
            : 0;
    RecordBatch.startNodesVector(builder, body.nodeRows.length);
    for (int i = body.nodeRows.length - 1; i >= 0; i--) {
      FieldNode.createFieldNode(builder, body.nodeRows[i], 0);
    }
    int nodes = builder.endVector();
    long[] offsets = new long[body.buffers.size()];
    long end = 0;
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = end;
      end = aligned(end + body.buffers.get(i).length());
    }
    RecordBatch.startBuffersVector(builder, offsets.length);
    for (int i = offsets.length - 1; i >= 0; i--) {
      Buffer.createBuffer(builder, offsets[i], body.buffers.get(i).length());
    }
    int buffers = builder.endVector();
    RecordBatch.startRecordBatch(builder);
    RecordBatch.addLength(builder, body.rows);
    RecordBatch.addNodes(builder, nodes);
    RecordBatch.addBuffers(builder, buffers);
    if (compressed) {
      RecordBatch.addCompression(builder, compression);
    }
    return RecordBatch.endRecordBatch(builder);
  }

  private static int message(FlatBufferBuilder builder, byte type, int header, long bodyLength) {
    Message.startMessage(builder);
    Message.addHeaderType(builder, type);
    Message.addHeader(builder, header);
    Message.addVersion(builder, MetadataVersion.V5);
    Message.addBodyLength(builder, bodyLength);
    return Message.endMessage(builder);
  }

  private Position writeMessage(FlatBufferBuilder builder, byte type, int header, Body body)
      throws IOException {
    long bodyLength = 0;
    for (Slice buffer : body.buffers) {
      bodyLength += aligned(buffer.length());
    }
    long offset = out.position();
    int metadata = writeMetadata(builder, message(builder, type, header, bodyLength));
    for (Slice buffer : body.buffers) {
      out.write(buffer.bytes(), 0, buffer.length());
      out.align(ALIGNMENT);
    }
    return new Position(offset, metadata, bodyLength);
  }

  /** Writes a message without its body, padded so that the body is aligned. */
  private int writeMetadata(FlatBufferBuilder builder, int message) throws IOException {
    builder.finish(message);
    ByteBuffer metadata = builder.dataBuffer();
    long start = out.position();
    long end = aligned(start + 8 + metadata.remaining());
    writeInt(CONTINUATION);
    writeInt((int) (end - start - 8));
    write(metadata);
    out.align(ALIGNMENT);
    return (int) (end - start);
  }

  private void write(ByteBuffer bytes) throws IOException {
    out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
  }

  private void writeInt(int value) throws IOException {
    byte[] bytes = {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)};
    out.write(bytes, 0, bytes.length);
  }

  private static long aligned(long length) {
    return (length + ALIGNMENT - 1) & -ALIGNMENT;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
