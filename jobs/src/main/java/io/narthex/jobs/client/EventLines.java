package io.narthex.jobs.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts the data of server-sent events together from the pieces in which they arrive, as the HTML
 * standard says. Of an event only its data are kept. Confined to one subscriber.
 */
final class EventLines {
  private final int maxBytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();

  EventLines(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Takes what arrived and gives the data of the events that it completes.
   *
   * @throws ApiFailure if an event is too long
   */
  List<String> take(byte[] part) {
    var complete = new ArrayList<String>();
    for (byte one : part) {
      if (one == '\n') {
        end(complete);
      } else if (one != '\r') {
        line.write(one);
      }
    }
    if (line.size() + data.length() > maxBytes) {
      throw new ApiFailure("an event of the server is longer than " + (maxBytes >> 20) + " MiB");
    }
    return complete;
  }

  private void end(List<String> complete) {
    String text = line.toString(UTF_8);
    line.reset();
    if (text.isEmpty() && !data.isEmpty()) {
      complete.add(data.toString());
      data.setLength(0);
    } else if (text.startsWith("data:")) {
      data.append(data.isEmpty() ? "" : "\n").append(text.substring(5).stripLeading());
    }
  }
}
