package io.narthex.pipeline.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.config.HttpClientConfig.Proxy;
import io.narthex.pipeline.config.HttpClientConfig.Tls;
import io.netty.pkitesting.CertificateBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.http.client.HttpClient;
import reactor.test.StepVerifier;

class LiveHttpClientTest {
  @TempDir Path folder;
  private final Hand clock = new Hand();

  /** A clock that stands still until it is moved. */
  private static final class Hand extends Clock {
    private Instant now = Instant.EPOCH;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }

    void pass() {
      now = now.plus(LiveHttpClient.LOOK);
    }
  }

  private void certificate(Path file, int written) throws Exception {
    var pair = new CertificateBuilder().ecp256().subject("CN=n").setIsCertificateAuthority(true);
    Files.writeString(file, pair.buildSelfSigned().getCertificatePEM());
    Files.setLastModifiedTime(file, FileTime.fromMillis(written));
  }

  private LiveHttpClient client(Path ca) {
    var tls = new Tls(null, ca.toString(), null, null, null, null, "", false, null, null);
    return new LiveHttpClient(
        new HttpClientConfig(null, null, null, tls, Proxy.NONE, true, true, Map.of()), clock);
  }

  private static HttpClient now(LiveHttpClient live) {
    var client = live.get().block();
    assertThat(client).isNotNull();
    return client;
  }

  @Test
  void get_renewedCertificate_isUsedAtTheNextLook() throws Exception {
    var ca = folder.resolve("ca.pem");
    certificate(ca, 1000);
    var live = client(ca);
    var first = now(live);
    clock.pass();
    assertThat(now(live)).isSameAs(first);
    certificate(ca, 2000);
    assertThat(now(live)).isSameAs(first);
    clock.pass();
    assertThat(now(live)).isNotSameAs(first);
  }

  @Test
  void get_changedCertificateThatIsBroken_keepsTheClientUntilItIsWhole() throws Exception {
    var ca = folder.resolve("ca.pem");
    certificate(ca, 1000);
    var live = client(ca);
    var first = now(live);
    Files.writeString(ca, "no certificate");
    clock.pass();
    assertThat(now(live)).isSameAs(first);
    certificate(ca, 3000);
    clock.pass();
    assertThat(now(live)).isNotSameAs(first);
  }

  @Test
  void get_missingAtFirst_isAnErrorThatNamesTheFileAndTriedAgain() throws Exception {
    var ca = folder.resolve("ca.pem");
    var live = client(ca);
    StepVerifier.create(live.get())
        .verifyErrorSatisfies(e -> assertThat(e).hasMessageContaining("ca.pem"));
    certificate(ca, 1000);
    assertThat(now(live)).isNotNull();
  }

  @Test
  void get_noFiles_isMadeOnce() {
    var live = new LiveHttpClient(HttpClientConfig.DEFAULT, clock);
    var first = now(live);
    clock.pass();
    assertThat(now(live)).isSameAs(first);
  }
}
