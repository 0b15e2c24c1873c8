package io.narthex.sinks.prometheus;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.wire.ExpositionParser.Entry;
import io.narthex.pipeline.wire.LabelBuffer;
import io.narthex.pipeline.wire.OpenMetricsParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Reads OpenMetrics text with a timestamp at every sample, as {@code promtool tsdb
 * create-blocks-from openmetrics} takes it and {@code export openmetrics} writes it; gzip as well.
 * A file of any length is read in parts of some megabytes that end with a line.
 */
public final class OpenMetricsFile {
  private static final int PART_BYTES = 8 << 20;
  private static final int MAX_LINE_BYTES = 64 << 20;
  private static final int MAX_KNOWN_SERIES = 1 << 20;
  private static final Pattern LINE = Pattern.compile("^line (\\d+)");
  private static final byte[] END = "# EOF\n".getBytes(UTF_8);

  private final Import into;
  private final Map<String, Labels> known = new HashMap<>();
  private final LabelBuffer labels = new LabelBuffer();
  private long linesBefore;
  private byte[] family = new byte[0]; // the newest lines "# TYPE", for the part that follows

  private OpenMetricsFile(Import into) {
    this.into = into;
  }

  /**
   * Hands the samples of a file to an import. What cannot be read is a fault of the import, with
   * its line; the rest is imported.
   *
   * @throws IOException if the file cannot be read
   */
  public static void read(Path file, Import into) throws IOException {
    new OpenMetricsFile(into).read(file);
  }

  private void read(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    into.begin(name);
    long size = Math.max(1, Files.size(file));
    try (var raw = new CountedInput(Files.newInputStream(file));
        var in = name.endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw) {
      byte[] buffer = new byte[PART_BYTES];
      int kept = 0;
      boolean ended = false;
      while (true) {
        int read = in.readNBytes(buffer, kept, buffer.length - kept);
        int filled = kept + read;
        boolean last = filled < buffer.length;
        int end = last ? filled : lastLineEnd(buffer, filled);
        if (end == 0 && !last) {
          buffer = longer(buffer);
          kept = filled;
          continue;
        }
        ended = part(buffer, end) || ended;
        into.progress((double) raw.count / size);
        kept = filled - end;
        System.arraycopy(buffer, end, buffer, 0, kept);
        if (last) {
          break;
        }
      }
      if (!ended) {
        into.fault(name + ": the file does not end with # EOF; it may have been cut");
      }
    }
  }

  /** Parses whole lines; true if they end with the end of the exposition. */
  private boolean part(byte[] buffer, int length) {
    boolean ended = endsWith(buffer, length);
    byte[] text = new byte[family.length + length + 1 + END.length];
    System.arraycopy(family, 0, text, 0, family.length);
    System.arraycopy(buffer, 0, text, family.length, length);
    int end = family.length + length;
    if (!ended) {
      text[end++] = '\n'; // where the last line of a file is cut, it ends here
      end -= length == 0 || buffer[length - 1] == '\n' ? 1 : 0;
      System.arraycopy(END, 0, text, end, END.length);
      end += END.length;
    }
    parse(text, end, linesBefore - count(family, family.length));
    remember(buffer, length);
    linesBefore += count(buffer, length);
    return ended;
  }

  /** Reads on behind each line that is wrong. */
  private void parse(byte[] text, int end, long lineOffset) {
    int from = 0;
    long offset = lineOffset;
    while (from < end) {
      try {
        samples(new OpenMetricsParser(text, from, end, false));
        return;
      } catch (FaultException e) {
        var place = LINE.matcher(String.valueOf(e.getMessage()));
        if (!place.find()) {
          throw e; // not of the text
        }
        long line = Long.parseLong(place.group(1));
        into.fault("line " + (offset + line) + place.replaceFirst(""));
        for (long skipped = 0; skipped < line && from < end; from++) {
          skipped += text[from] == '\n' ? 1 : 0;
        }
        offset += line;
      }
    }
  }

  private void samples(OpenMetricsParser parser) {
    for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry != Entry.SERIES) {
        continue;
      }
      if (parser.hasTimestamp()) {
        into.sample(labels(parser), parser.timestamp(), parser.value(), null);
      } else {
        into.skip("samples without a timestamp", 1);
      }
    }
  }

  private Labels labels(OpenMetricsParser parser) {
    int from = parser.seriesFrom();
    String text = new String(parser.bytes(), from, parser.seriesTo() - from, UTF_8);
    var found = known.get(text);
    if (found == null) {
      labels.clear();
      parser.labels(labels);
      found = labels.toLabels();
      if (known.size() >= MAX_KNOWN_SERIES) {
        known.clear(); // a file that is sorted by series needs none of them again
      }
      known.put(text, found);
    }
    return found;
  }

  /** Keeps the newest type, which the samples of the next part may belong to. */
  private void remember(byte[] buffer, int length) {
    byte[] keyword = "# TYPE ".getBytes(UTF_8);
    for (int at = length - 1; at >= 0; at--) {
      boolean lineBegins = at == 0 || buffer[at - 1] == '\n';
      if (lineBegins && length - at > keyword.length && startsWith(buffer, at, keyword)) {
        int end = at;
        while (end < length && buffer[end] != '\n') {
          end++;
        }
        family = Arrays.copyOfRange(buffer, at, end + 1);
        family[family.length - 1] = '\n';
        return;
      }
    }
  }

  private static boolean startsWith(byte[] buffer, int at, byte[] keyword) {
    return Arrays.equals(buffer, at, at + keyword.length, keyword, 0, keyword.length);
  }

  private static boolean endsWith(byte[] buffer, int length) {
    int end = length;
    while (end > 0 && (buffer[end - 1] == '\n' || buffer[end - 1] == '\r')) {
      end--;
    }
    int start = end - (END.length - 1);
    return start >= 0
        && (start == 0 || buffer[start - 1] == '\n')
        && Arrays.equals(buffer, start, end, END, 0, END.length - 1);
  }

  private static int lastLineEnd(byte[] buffer, int length) {
    int end = length;
    while (end > 0 && buffer[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  private static byte[] longer(byte[] buffer) throws IOException {
    if (buffer.length >= MAX_LINE_BYTES) {
      throw new IOException("a line is longer than " + (MAX_LINE_BYTES >> 20) + " MiB");
    }
    return Arrays.copyOf(buffer, buffer.length * 2);
  }

  private static long count(byte[] buffer, int length) {
    long lines = 0;
    for (int i = 0; i < length; i++) {
      lines += buffer[i] == '\n' ? 1 : 0;
    }
    return lines;
  }

  /** Counts the bytes of the file that were read, packed or not. */
  private static final class CountedInput extends java.io.FilterInputStream {
    private long count;

    CountedInput(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int one = super.read();
      count += one < 0 ? 0 : 1;
      return one;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      count += Math.max(0, read);
      return read;
    }
  }
}
