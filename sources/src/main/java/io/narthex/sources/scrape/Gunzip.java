package io.narthex.sources.scrape;

import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Decompresses gzip bodies into one array, with a bound that holds while it does so. Reusable, not
 * thread-safe. Source: RFC 1952.
 */
final class Gunzip implements AutoCloseable {
  private static final int FEXTRA = 4;
  private static final int FNAME = 8;
  private static final int FCOMMENT = 16;
  private static final int FHCRC = 2;

  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private byte[] out = new byte[0];
  private int length;

  /** The decompressed bytes, up to {@link #length()}; may be a larger array than was given. */
  byte[] out() {
    return out;
  }

  int length() {
    return length;
  }

  /**
   * Decompresses {@code in[0, end)}, all members of it.
   *
   * @param buffer where to begin writing
   * @param most most bytes it may become
   * @throws ScrapeException if it becomes more, or is no gzip
   */
  void inflate(byte[] in, int end, byte[] buffer, long most) {
    out = buffer;
    length = 0;
    int at = 0;
    do {
      at = member(in, at, end, most);
    } while (at < end);
  }

  private int member(byte[] in, int from, int end, long most) {
    int data = header(in, from, end);
    int begin = length;
    inflater.reset();
    inflater.setInput(in, data, end - data);
    try {
      while (!inflater.finished()) {
        if (length == out.length) {
          out = BufferPool.grow(out, length, length + 1L, most + 1);
        }
        int room = (int) Math.min(out.length - length, most + 1 - length);
        int got = inflater.inflate(out, length, room);
        length += got;
        if (length > most) {
          throw ScrapeException.bodyTooLarge();
        }
        if (got == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          throw broken("unexpected EOF");
        }
      }
    } catch (DataFormatException e) {
      throw broken("invalid compressed data");
    }
    int trailer = end - inflater.getRemaining();
    if (end - trailer < 8) {
      throw broken("unexpected EOF");
    }
    crc.reset();
    crc.update(out, begin, length - begin);
    if (crc.getValue() != little(in, trailer)
        || (length - begin & 0xFFFFFFFFL) != little(in, trailer + 4)) {
      throw broken("invalid checksum");
    }
    return trailer + 8;
  }

  private static int header(byte[] in, int from, int end) {
    if (end - from < 18 || in[from] != 0x1F || in[from + 1] != (byte) 0x8B || in[from + 2] != 8) {
      throw broken("invalid header");
    }
    int flags = in[from + 3];
    int at = from + 10;
    if ((flags & FEXTRA) != 0) {
      at += 2 + (in[at] & 0xFF) + ((in[at + 1] & 0xFF) << 8);
    }
    for (int text = FNAME; text <= FCOMMENT; text <<= 1) {
      if ((flags & text) != 0) {
        while (at < end && in[at] != 0) {
          at++;
        }
        at++;
      }
    }
    at += (flags & FHCRC) != 0 ? 2 : 0;
    if (at > end) {
      throw broken("invalid header");
    }
    return at;
  }

  private static long little(byte[] in, int at) {
    return (in[at] & 0xFFL)
        | (in[at + 1] & 0xFFL) << 8
        | (in[at + 2] & 0xFFL) << 16
        | (in[at + 3] & 0xFFL) << 24;
  }

  private static ScrapeException broken(String what) {
    return new ScrapeException("gzip: " + what);
  }

  @Override
  public void close() {
    inflater.end();
  }
}
