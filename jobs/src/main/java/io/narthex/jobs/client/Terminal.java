package io.narthex.jobs.client;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What standard output is.
 *
 * @param columns how wide it is
 * @param rows how high it is
 * @param colors whether it shows colours
 */
public record Terminal(int columns, int rows, boolean colors) {
  private static final Terminal FILE = new Terminal(120, 30, false);

  /**
   * Looks at standard output; what cannot be found out is taken as a file that is 120 columns wide.
   * The variables {@code NO_COLOR}, {@code COLUMNS} and {@code LINES} are heard.
   */
  public static Terminal ofOutput(Map<String, String> environment) {
    boolean terminal = succeeds("test", "-t", "1");
    boolean colors =
        terminal
            && environment.getOrDefault("NO_COLOR", "").isEmpty()
            && !environment.getOrDefault("TERM", "dumb").equals("dumb");
    int[] size = terminal ? size() : null;
    int columns = size == null ? FILE.columns : size[1];
    int rows = size == null ? FILE.rows : size[0];
    return new Terminal(
        number(environment.get("COLUMNS"), columns),
        number(environment.get("LINES"), rows),
        colors);
  }

  private static int number(@Nullable String text, int fallback) {
    return text != null && text.matches("[1-9]\\d{1,3}") ? Integer.parseInt(text) : fallback;
  }

  private static boolean succeeds(String... command) {
    try {
      var process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(2, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // no such program: not a system with terminals as we know them
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Rows and columns, as {@code stty} tells them of the controlling terminal. */
  private static int @Nullable [] size() {
    try {
      var process =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
      process.waitFor();
      return text.matches("[1-9]\\d* [1-9]\\d*")
          ? new int[] {
            Integer.parseInt(text.substring(0, text.indexOf(' '))),
            Integer.parseInt(text.substring(text.indexOf(' ') + 1))
          }
          : null;
    } catch (IOException e) {
      return null; // no controlling terminal
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }
}
