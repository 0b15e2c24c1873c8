package io.narthex.sinks.prometheus;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/** Writes blocks as Prometheus lays them out: as much of them as an import reads. */
final class TsdbBlockWriter {
  private static final int SAMPLES_OF_CHUNK = 120;

  private final Path folder;
  private final TreeMap<String, Series> series = new TreeMap<>();

  /** A series: labels as pairs, samples, and ranges of time deleted from it. */
  record Series(List<String> labels, long[] times, double[] values, List<long[]> deleted) {}

  TsdbBlockWriter(Path folder) {
    this.folder = folder;
  }

  void add(Series one) {
    series.put(String.join("\u0000", one.labels), one);
  }

  /** Writes all files; {@code parents} are names of blocks that this one replaces. */
  void write(long minTime, long maxTime, List<String> parents) throws IOException {
    Files.createDirectories(folder.resolve("chunks"));
    var chunks = new ByteArrayOutputStream();
    var out = new DataOutputStream(chunks);
    out.writeInt(0x85BD40DD);
    out.write(new byte[] {1, 0, 0, 0});
    var references = new ArrayList<long[]>();
    for (var one : series.values()) {
      references.add(chunks(one, chunks));
    }
    Files.write(folder.resolve("chunks").resolve("000001"), chunks.toByteArray());
    Files.write(folder.resolve("index"), index(references));
    var names = new StringBuilder();
    parents.forEach(
        name -> names.append(names.isEmpty() ? "" : ",").append("{\"ulid\":\"" + name + "\"}"));
    Files.writeString(
        folder.resolve("meta.json"),
        "{\"version\":1,\"ulid\":\""
            + folder.getFileName()
            + "\",\"minTime\":"
            + minTime
            + ",\"maxTime\":"
            + maxTime
            + ",\"compaction\":{\"level\":1,\"parents\":["
            + names
            + "]}}");
  }

  private static long[] chunks(Series one, ByteArrayOutputStream into) throws IOException {
    int count = (one.times.length + SAMPLES_OF_CHUNK - 1) / SAMPLES_OF_CHUNK;
    long[] references = new long[count];
    for (int chunk = 0; chunk < count; chunk++) {
      int from = chunk * SAMPLES_OF_CHUNK;
      int to = Math.min(one.times.length, from + SAMPLES_OF_CHUNK);
      references[chunk] = into.size();
      byte[] data = xor(one.times, one.values, from, to);
      var checked = new ByteArrayOutputStream();
      checked.write(1);
      checked.write(data);
      unsigned(into, data.length);
      into.write(checked.toByteArray());
      into.write(checksum(checked.toByteArray()));
    }
    return references;
  }

  private byte[] index(List<long[]> references) throws IOException {
    var symbols = new TreeSet<String>();
    series.values().forEach(one -> symbols.addAll(one.labels));
    var numbers = new ArrayList<>(symbols);
    var out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0xBA, (byte) 0xAA, (byte) 0xD7, 0, 2});
    long symbolsAt = out.size();
    var table = new ByteArrayOutputStream();
    new DataOutputStream(table).writeInt(numbers.size());
    for (var symbol : numbers) {
      byte[] text = symbol.getBytes(StandardCharsets.UTF_8);
      unsigned(table, text.length);
      table.write(text);
    }
    new DataOutputStream(out).writeInt(table.size());
    out.write(table.toByteArray());
    out.write(checksum(table.toByteArray()));
    align(out);
    long seriesAt = out.size();
    var tombstones = new ByteArrayOutputStream();
    int number = 0;
    for (var one : series.values()) {
      align(out);
      for (var range : one.deleted) {
        unsigned(tombstones, out.size() / 16);
        signed(tombstones, range[0]);
        signed(tombstones, range[1]);
      }
      byte[] entry = entry(one, numbers, references.get(number++));
      unsigned(out, entry.length);
      out.write(entry);
      out.write(checksum(entry));
    }
    long end = out.size();
    var contents = new ByteArrayOutputStream();
    var toc = new DataOutputStream(contents);
    for (long section : new long[] {symbolsAt, seriesAt, end, end, end, end}) {
      toc.writeLong(section);
    }
    out.write(contents.toByteArray());
    out.write(checksum(contents.toByteArray()));
    writeTombstones(tombstones.toByteArray());
    return out.toByteArray();
  }

  private static byte[] entry(Series one, List<String> symbols, long[] references)
      throws IOException {
    var out = new ByteArrayOutputStream();
    unsigned(out, one.labels.size() / 2);
    one.labels.forEach(label -> unsigned(out, symbols.indexOf(label)));
    unsigned(out, references.length);
    long endBefore = 0;
    for (int chunk = 0; chunk < references.length; chunk++) {
      int from = chunk * SAMPLES_OF_CHUNK;
      int last = Math.min(one.times.length, from + SAMPLES_OF_CHUNK) - 1;
      if (chunk == 0) {
        signed(out, one.times[from]);
        unsigned(out, one.times[last] - one.times[from]);
        unsigned(out, references[chunk]);
      } else {
        unsigned(out, one.times[from] - endBefore);
        unsigned(out, one.times[last] - one.times[from]);
        signed(out, references[chunk] - references[chunk - 1]);
      }
      endBefore = one.times[last];
    }
    return out.toByteArray();
  }

  private void writeTombstones(byte[] entries) throws IOException {
    var out = new ByteArrayOutputStream();
    out.write(new byte[] {0x01, 0x30, (byte) 0xBA, 0x30, 1});
    out.write(entries);
    out.write(checksum(entries));
    Files.write(folder.resolve("tombstones"), out.toByteArray());
  }

  /** Samples in the encoding of Gorilla, as Prometheus varies it. */
  private static byte[] xor(long[] times, double[] values, int from, int to) {
    var bits = new Bits();
    bits.put(to - from, 16);
    long delta = 0;
    int leading = -1;
    int trailing = 0;
    for (int i = from; i < to; i++) {
      long value = Double.doubleToRawLongBits(values[i]);
      if (i == from) {
        bits.putSigned(times[i]);
        bits.put(value, 64);
        continue;
      }
      long next = times[i] - times[i - 1];
      if (i == from + 1) {
        bits.putUnsigned(next);
      } else {
        putChange(bits, next - delta);
      }
      delta = next;
      long differs = value ^ Double.doubleToRawLongBits(values[i - 1]);
      if (differs == 0) {
        bits.put(0, 1);
        continue;
      }
      int zerosBefore = Math.min(31, Long.numberOfLeadingZeros(differs));
      int zerosBehind = Long.numberOfTrailingZeros(differs);
      if (leading >= 0 && zerosBefore >= leading && zerosBehind >= trailing) {
        bits.put(0b10, 2);
      } else {
        leading = zerosBefore;
        trailing = zerosBehind;
        bits.put(0b11, 2);
        bits.put(leading, 5);
        bits.put(64 - leading - trailing, 6); // 64 is written as 0
      }
      bits.put(differs >>> trailing, 64 - leading - trailing);
    }
    return bits.bytes();
  }

  private static void putChange(Bits bits, long change) {
    if (change == 0) {
      bits.put(0, 1);
    } else if (fits(change, 14)) {
      bits.put(0b10, 2);
      bits.put(change, 14);
    } else if (fits(change, 17)) {
      bits.put(0b110, 3);
      bits.put(change, 17);
    } else if (fits(change, 20)) {
      bits.put(0b1110, 4);
      bits.put(change, 20);
    } else {
      bits.put(0b1111, 4);
      bits.put(change, 64);
    }
  }

  /** The range of so many bits reaches one further up, not down, as Prometheus has it. */
  private static boolean fits(long value, int size) {
    return value >= -((1L << (size - 1)) - 1) && value <= 1L << (size - 1);
  }

  private static void align(ByteArrayOutputStream out) {
    while (out.size() % 16 != 0) {
      out.write(0);
    }
  }

  private static void unsigned(ByteArrayOutputStream out, long value) {
    long rest = value;
    for (; (rest & ~0x7FL) != 0; rest >>>= 7) {
      out.write((int) (rest & 0x7F | 0x80));
    }
    out.write((int) rest);
  }

  private static void signed(ByteArrayOutputStream out, long value) {
    unsigned(out, value << 1 ^ value >> 63);
  }

  private static byte[] checksum(byte[] content) {
    var crc = new CRC32C();
    crc.update(content);
    long value = crc.getValue();
    return new byte[] {
      (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
    };
  }

  /** Bits, the most significant first. */
  private static final class Bits {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int open;
    private int used;

    void put(long value, int count) {
      for (int bit = count - 1; bit >= 0; bit--) {
        open = open << 1 | (int) (value >>> bit & 1);
        if (++used == 8) {
          out.write(open);
          open = 0;
          used = 0;
        }
      }
    }

    void putUnsigned(long value) {
      var varint = new ByteArrayOutputStream();
      unsigned(varint, value);
      for (byte b : varint.toByteArray()) {
        put(b & 0xFF, 8);
      }
    }

    void putSigned(long value) {
      putUnsigned(value << 1 ^ value >> 63);
    }

    byte[] bytes() {
      while (used != 0) {
        put(0, 1);
      }
      return out.toByteArray();
    }
  }
}
