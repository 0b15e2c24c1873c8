package io.narthex.query.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the route of a path. */
final class RouteTable {
  private final Map<String, Route> fixed = new HashMap<>();
  private final List<Variable> variable = new ArrayList<>();

  /** A route with a part that varies, between two that do not. */
  private record Variable(Route route, String before, String after) {}

  /**
   * A route and what stands, still escaped, at the variable part of its path.
   *
   * @param variable empty if the path has no such part
   */
  record Match(Route route, String variable) {}

  RouteTable(List<Route> routes) {
    for (var route : routes) {
      int colon = route.path().indexOf(':');
      if (colon < 0) {
        fixed.put(route.path(), route);
      } else {
        int end = route.path().indexOf('/', colon);
        String before = route.path().substring(0, colon);
        variable.add(new Variable(route, before, end < 0 ? "" : route.path().substring(end)));
      }
    }
  }

  @Nullable Match find(String path) {
    var route = fixed.get(path);
    if (route != null) {
      return new Match(route, "");
    }
    for (var candidate : variable) {
      int from = candidate.before().length();
      int to = path.length() - candidate.after().length();
      if (to > from
          && path.startsWith(candidate.before())
          && path.endsWith(candidate.after())
          && path.substring(from, to).indexOf('/') < 0) {
        return new Match(candidate.route(), path.substring(from, to));
      }
    }
    return null;
  }

  /** The path of a request's address, without query, still escaped. */
  static String pathOf(String uri) {
    int from = 0;
    int scheme = uri.indexOf("://");
    if (!uri.startsWith("/") && scheme > 0) {
      from = uri.indexOf('/', scheme + 3);
      if (from < 0) {
        return "/";
      }
    }
    int end = uri.indexOf('?', from);
    String path = end < 0 ? uri.substring(from) : uri.substring(from, end);
    return path.isEmpty() ? "/" : path;
  }

  /** The query of a request's address; empty if it has none. */
  static String queryOf(String uri) {
    int question = uri.indexOf('?');
    return question < 0 ? "" : uri.substring(question + 1);
  }
}
