package io.narthex.sinks.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Numbered files of frames, {@code length i32 | CRC32C of the payload i32 | payload}. A process
 * appends to files of its own only, so a torn frame can only be the last of its file. Numbers tell
 * the order of files over all processes: one that finds that another has begun a later file, or
 * that its own has made room, goes on in a new one. The oldest files make room. One thread writes;
 * any may read.
 */
final class JournalFiles implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalFiles.class);
  private static final Pattern NAME = Pattern.compile("[0-9]{8}\\.log");
  private static final int HEADER = 8;
  private static final int MOST_SHORT_FILES = 4096;

  private final Path folder;
  private final long fileBytes;
  private final int mostFiles;
  private final Opening opening;
  private @Nullable WritableByteChannel channel; // only touched by the writing thread
  private long written; // likewise
  private int number; // likewise

  /**
   * Files of a folder; it is made if need be.
   *
   * @param fileBytes after which the next file begins
   * @param mostFiles full ones that are kept; of shorter files, as restarts leave them, as many as
   *     take the same room
   */
  JournalFiles(Path folder, long fileBytes, int mostFiles) throws IOException {
    this(
        folder,
        fileBytes,
        mostFiles,
        file -> FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  JournalFiles(Path folder, long fileBytes, int mostFiles, Opening opening) throws IOException {
    this.folder = folder;
    this.fileBytes = fileBytes;
    this.mostFiles = mostFiles;
    this.opening = opening;
    Files.createDirectories(folder);
  }

  /** Opens a file that is not there yet. */
  @FunctionalInterface
  interface Opening {
    /**
     * Opens it for writing.
     *
     * @throws FileAlreadyExistsException if another process was quicker
     */
    WritableByteChannel open(Path file) throws IOException;
  }

  /** The payload in its frame. */
  static byte[] frame(byte[] payload) {
    var checksum = new CRC32C();
    checksum.update(payload);
    return ByteBuffer.allocate(HEADER + payload.length)
        .putInt(payload.length)
        .putInt((int) checksum.getValue())
        .put(payload)
        .array();
  }

  /**
   * Appends frames; they outlive the process, not a loss of power.
   *
   * @return how many were written; all, unless writing failed, which the log says
   */
  int append(List<byte[]> frames) {
    int done = 0;
    try {
      if (channel != null && isBehind()) {
        giveUpFile();
      }
      for (byte[] frame : frames) {
        var open = channel;
        if (open == null || written >= fileBytes) {
          open = next();
        }
        var bytes = ByteBuffer.wrap(frame);
        while (bytes.hasRemaining()) {
          written += open.write(bytes);
        }
        done++;
      }
    } catch (IOException e) {
      LOG.error("{} cannot be written, the next entries begin a new file", folder, e);
      giveUpFile();
    }
    return done;
  }

  /** Whether the file is not the newest one any more; numbers are taken one after the other. */
  private boolean isBehind() {
    return Files.exists(file(number + 1)) || Files.notExists(file(number));
  }

  private Path file(int of) {
    return folder.resolve("%08d.log".formatted(of));
  }

  /**
   * Writes nothing more into the file: what stands behind a torn frame, or in a file of before
   * another one's, is not found again or not in its place.
   */
  private void giveUpFile() {
    var left = channel;
    channel = null;
    if (left != null) {
      try {
        left.close();
      } catch (IOException e) {
        LOG.error("{} cannot be closed; its last entries may be lost", file(number), e);
      }
    }
  }

  /** All files, the newest first. */
  List<Path> newestFirst() throws IOException {
    return newestFirst(folder);
  }

  /** The files of a folder, the newest first; none if there is no folder. */
  static List<Path> newestFirst(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
          .sorted((a, b) -> Integer.compare(numberOf(b), numberOf(a)))
          .toList();
    }
  }

  /** The payloads of a file in order; those before a torn frame, none if the file is gone. */
  static List<byte[]> read(Path file) throws IOException {
    byte[] all;
    try {
      all = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return List.of(); // made room for a newer one
    }
    var payloads = new ArrayList<byte[]>();
    var bytes = ByteBuffer.wrap(all);
    while (bytes.remaining() >= HEADER) {
      int length = bytes.getInt();
      int expected = bytes.getInt();
      if (length < 0 || length > bytes.remaining()) {
        break;
      }
      byte[] payload = new byte[length];
      bytes.get(payload);
      var checksum = new CRC32C();
      checksum.update(payload);
      if ((int) checksum.getValue() != expected) {
        break;
      }
      payloads.add(payload);
    }
    return payloads;
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private WritableByteChannel next() throws IOException {
    giveUpFile();
    var known = newestFirst();
    number = known.isEmpty() ? number : Math.max(number, numberOf(known.get(0)));
    WritableByteChannel opened = null;
    while (opened == null) {
      number++;
      try {
        opened = opening.open(file(number));
      } catch (FileAlreadyExistsException e) {
        LOG.debug("another process has taken the file {}", number, e);
      }
    }
    channel = opened;
    written = 0;
    try {
      makeRoom();
    } catch (IOException e) {
      LOG.error(
          "the oldest files of {} cannot be removed; the next new file tries again", folder, e);
    }
    return opened;
  }

  private void makeRoom() throws IOException {
    var files = newestFirst();
    long bytes = 0;
    for (int i = 0; i < files.size(); i++) {
      // The newest file is empty yet and will take its room.
      bytes += i == 0 ? fileBytes : Math.min(fileBytes, Files.size(files.get(i)));
      if (bytes > fileBytes * mostFiles || i >= MOST_SHORT_FILES) {
        Files.deleteIfExists(files.get(i));
      }
    }
  }

  private static int numberOf(Path file) {
    return Integer.parseInt(file.getFileName().toString().substring(0, 8));
  }
}
