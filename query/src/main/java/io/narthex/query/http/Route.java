package io.narthex.query.http;

import java.util.EnumSet;
import java.util.Set;

/**
 * An endpoint and where it is.
 *
 * @param path without the route prefix; a part {@code :name} stands for anything without a slash
 * @param methods it answers to
 * @param needsReady whether it answers only when the server is ready
 * @param pool whose threads run it
 */
record Route(String path, Set<Verb> methods, boolean needsReady, Pool pool, Endpoint endpoint) {

  /** Methods that routes can have. */
  enum Verb {
    GET,
    HEAD,
    POST,
    PUT,
    DELETE
  }

  /** The threads that run endpoints. */
  enum Pool {
    /** Queries: as many at once as is allowed. */
    QUERY,
    /** Everything else that may take a moment. */
    LOOKUP,
    /** Remote reads, which wait for their turn on their thread. */
    READ,
    /** None: the answer is at hand, and must come even when all threads are taken. */
    INLINE
  }

  static Route get(String path, Endpoint endpoint) {
    return new Route(path, EnumSet.of(Verb.GET), true, Pool.LOOKUP, endpoint);
  }

  static Route form(String path, Endpoint endpoint) {
    return new Route(path, EnumSet.of(Verb.GET, Verb.POST), true, Pool.LOOKUP, endpoint);
  }

  static Route query(String path, Endpoint endpoint) {
    return new Route(path, EnumSet.of(Verb.GET, Verb.POST), true, Pool.QUERY, endpoint);
  }

  static Route admin(String path, Endpoint endpoint) {
    return new Route(path, EnumSet.of(Verb.POST, Verb.PUT), true, Pool.LOOKUP, endpoint);
  }

  /** Answers to GET and HEAD at once, whether the server is ready or not. */
  static Route always(String path, Endpoint endpoint) {
    return new Route(path, EnumSet.of(Verb.GET, Verb.HEAD), false, Pool.INLINE, endpoint);
  }

  /** Answers to GET and HEAD on a worker, whether the server is ready or not. */
  static Route metrics(String path, Endpoint endpoint) {
    return new Route(path, EnumSet.of(Verb.GET, Verb.HEAD), false, Pool.LOOKUP, endpoint);
  }

  /** Answers to GET, whether the server is ready or not. */
  static Route alwaysGet(String path, Endpoint endpoint) {
    return new Route(path, EnumSet.of(Verb.GET), false, Pool.LOOKUP, endpoint);
  }

  /** Answers to GET and HEAD at once, when the server is ready. */
  static Route whenReady(String path, Endpoint endpoint) {
    return new Route(path, EnumSet.of(Verb.GET, Verb.HEAD), true, Pool.INLINE, endpoint);
  }

  /** Answers to GET at once, when the server is ready. */
  static Route glance(String path, Endpoint endpoint) {
    return new Route(path, EnumSet.of(Verb.GET), true, Pool.INLINE, endpoint);
  }

  /** Answers to DELETE at once, when the server is ready. */
  static Route delete(String path, Endpoint endpoint) {
    return new Route(path, EnumSet.of(Verb.DELETE), true, Pool.INLINE, endpoint);
  }

  boolean isApi() {
    return path.startsWith("/api/");
  }
}
