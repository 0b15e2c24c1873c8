package io.narthex.pipeline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PemKeysTest {
  private static String pem(String kind, byte[] der) {
    return "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n-----BEGIN "
        + kind
        + "PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(der)
        + "\n-----END "
        + kind
        + "PRIVATE KEY-----\n";
  }

  private static PrivateKey key(String algorithm, int bits) throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance(algorithm);
    if (bits > 0) {
      generator.initialize(bits);
    }
    return generator.generateKeyPair().getPrivate();
  }

  @ParameterizedTest
  @CsvSource({"RSA, 2048", "EC, 256", "EC, 384", "Ed25519, 0"})
  void read_pkcs8_isRead(String algorithm, int bits) throws GeneralSecurityException {
    var key = key(algorithm, bits);
    assertThat(PemKeys.read(pem("", key.getEncoded()))).isEqualTo(key);
  }

  @Test
  void read_rsaInItsOwnForm_isRead() throws GeneralSecurityException {
    var key = key("RSA", 2048);
    byte[] pkcs8 = key.getEncoded(); // version and algorithm take 26 bytes before the inner form
    assertThat(PemKeys.read(pem("RSA ", Arrays.copyOfRange(pkcs8, 26, pkcs8.length))))
        .isEqualTo(key);
  }

  @Test
  void read_ellipticCurveInItsOwnForm_isRead() {
    String made =
        """
        -----BEGIN EC PARAMETERS-----
        BggqhkjOPQMBBw==
        -----END EC PARAMETERS-----
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEILV4JaXFO3ecSkKgf8ojDE9kwe1RtpWXoXUZiCAVY/IXoAoGCCqGSM49
        AwEHoUQDQgAEXLat1k0Kx3Hrt6eBosNVToeNmVxSdYAPp9OYHYkEMWaRQ1onx0a3
        PFURLDFW6yMhhzvJzxxl7aJIFmfDU+wDXQ==
        -----END EC PRIVATE KEY-----
        """;
    assertThat(PemKeys.read(made).getAlgorithm()).isEqualTo("EC");
  }

  @Test
  void read_notAKey_isToldWithoutTheText() {
    assertThatThrownBy(() -> PemKeys.read("c2VjcmV0")).hasMessage("no PEM block of a private key");
    assertThatThrownBy(() -> PemKeys.read(pem("", new byte[] {1, 2, 3})))
        .hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> PemKeys.read(pem("ENCRYPTED ", new byte[40])))
        .hasMessageContaining("encrypted");
    assertThatThrownBy(() -> PemKeys.read(pem("EC ", new byte[] {48, (byte) 0x84, 127, 0, 0, 0})))
        .hasMessageContaining("cut off");
  }
}
