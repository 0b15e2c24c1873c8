package io.narthex.sinks.alertmanager;

import reactor.core.publisher.Mono;

/** Brings a request to an Alertmanager. */
@FunctionalInterface
interface AlertTransport {

  /**
   * Posts a body of JSON. Fails if there is no answer; an answer of any status is a result.
   *
   * @param url of the Alertmanager's alerts
   */
  Mono<Answer> post(String url, byte[] body);

  /**
   * What an Alertmanager says.
   *
   * @param status of HTTP
   * @param text the beginning of the body; empty if the status is 2xx
   */
  record Answer(int status, String text) {
    boolean isTaken() {
      return status / 100 == 2;
    }
  }
}
