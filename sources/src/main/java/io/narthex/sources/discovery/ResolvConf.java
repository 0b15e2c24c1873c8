package io.narthex.sources.discovery;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the system's resolver is told: whom to ask, and how to complete names.
 *
 * @param servers in the order in which they are asked
 * @param search domains that are put behind names
 * @param dots how many dots a name needs to be tried as it stands before it is completed
 * @see <a href="https://man7.org/linux/man-pages/man5/resolv.conf.5.html">resolv.conf</a>
 */
record ResolvConf(List<InetSocketAddress> servers, List<String> search, int dots) {
  /** Where the system keeps it. */
  static final Path PATH = Path.of("/etc/resolv.conf");

  private static final int PORT = 53;
  private static final int MOST_DOTS = 15;
  private static final String DOTS = "ndots:";

  ResolvConf {
    servers = List.copyOf(servers);
    search = List.copyOf(search);
  }

  /**
   * Reads the file; blocks.
   *
   * @throws IOException if it cannot be read or the address of a server is none
   */
  static ResolvConf read(Path path) throws IOException {
    return parse(Files.readAllLines(path));
  }

  /** Lines that say something else are passed over; of search lists the last one counts. */
  static ResolvConf parse(List<String> lines) throws UnknownHostException {
    var servers = new ArrayList<InetSocketAddress>();
    List<String> search = List.of();
    int dots = 1;
    for (String line : lines) {
      var words = List.of(line.strip().split("\\s+"));
      var values = words.subList(1, words.size());
      switch (words.get(0)) {
        case "nameserver" -> {
          for (String address : values.subList(0, Math.min(1, values.size()))) {
            servers.add(server(address));
          }
        }
        case "domain" -> search = values.subList(0, Math.min(1, values.size()));
        case "search" -> search = values;
        case "options" -> {
          for (String option : values) {
            dots = option.startsWith(DOTS) ? dots(option, dots) : dots;
          }
        }
        default -> {}
      }
    }
    if (servers.isEmpty()) {
      servers.add(server("127.0.0.1"));
    }
    return new ResolvConf(servers, search, dots);
  }

  private static InetSocketAddress server(String address) throws UnknownHostException {
    if (!NetUtil.isValidIpV4Address(address) && !NetUtil.isValidIpV6Address(address)) {
      throw new UnknownHostException("nameserver " + address + " is no IP address");
    }
    return new InetSocketAddress(InetAddress.getByName(address), PORT);
  }

  private static int dots(String option, int otherwise) {
    String number = option.substring(DOTS.length());
    return number.matches("\\d{1,9}") ? Math.min(MOST_DOTS, Integer.parseInt(number)) : otherwise;
  }

  /**
   * The full names that a name may mean, in the order in which they are tried, each with a dot at
   * its end.
   */
  List<String> names(String name) {
    if (name.endsWith(".")) {
      return List.of(name);
    }
    var names = new ArrayList<String>();
    for (String domain : search) {
      // The search domain "." completes a name to itself.
      String full = name + "." + domain.replaceAll("^\\.+|\\.+$", "");
      names.add(full.endsWith(".") ? full : full + ".");
    }
    boolean enough = name.chars().filter(c -> c == '.').count() >= dots;
    names.add(enough ? 0 : names.size(), name + ".");
    return names.stream().distinct().toList();
  }
}
