package io.narthex.pipeline.http;

import io.narthex.pipeline.config.WebConfig;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the server, with all certificates and keys read: makes the engine of each connection.
 *
 * <p>JSSE decides what is safe at all: versions and suites that the JDK's security properties
 * forbid stay off.
 */
final class ServerTls {
  private static final List<String> VERSIONS = List.of("TLS10", "TLS11", "TLS12", "TLS13");
  private static final Map<String, String> GROUPS =
      Map.of(
          "CurveP256", "secp256r1",
          "CurveP384", "secp384r1",
          "CurveP521", "secp521r1",
          "X25519", "x25519");

  private static final List<String> SUITES_OF_TLS13 =
      List.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256");

  private final SslContext context;
  private final boolean serverOrder;
  private final List<String> groups;

  private ServerTls(SslContext context, boolean serverOrder, List<String> groups) {
    this.context = context;
    this.serverOrder = serverOrder;
    this.groups = groups;
  }

  /**
   * Reads certificates and keys.
   *
   * @throws IllegalArgumentException if one of them cannot be used; the message names the key of
   *     the configuration, and never holds any of a private key
   */
  static ServerTls of(WebConfig.Tls tls, boolean http2) {
    try {
      X509Certificate[] chain =
          certificates(text("cert", tls.cert(), tls.certFile()), named("cert", tls.certFile()))
              .toArray(new X509Certificate[0]);
      PrivateKey key = key(tls);
      checkPair(key, chain[0].getPublicKey());
      var builder =
          SslContextBuilder.forServer(key, chain)
              .sslProvider(SslProvider.JDK)
              .protocols(versions(tls))
              .applicationProtocolConfig(protocols(http2));
      if (!tls.cipherSuites().isEmpty()) {
        Set<String> suites = new TreeSet<>();
        var ordered = new ArrayList<>(SUITES_OF_TLS13);
        ordered.addAll(tls.cipherSuites());
        builder.ciphers(ordered.stream().filter(suites::add).toList());
      }
      clients(builder, tls);
      return new ServerTls(
          builder.build(),
          tls.preferServerCipherSuites(),
          tls.curves().stream().map(GROUPS::get).toList());
    } catch (GeneralSecurityException | SSLException e) {
      throw new IllegalArgumentException("cannot be used: " + reason(e), e);
    }
  }

  SslContext context() {
    return context;
  }

  SSLEngine engine(ByteBufAllocator allocator) {
    return configured(context.newEngine(allocator));
  }

  SSLEngine engine(ByteBufAllocator allocator, String peer, int port) {
    return configured(context.newEngine(allocator, peer, port));
  }

  private SSLEngine configured(SSLEngine engine) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setUseCipherSuitesOrder(serverOrder);
    if (!groups.isEmpty()) {
      NamedGroups.set(parameters, groups);
    }
    engine.setSSLParameters(parameters);
    return engine;
  }

  private static ApplicationProtocolConfig protocols(boolean http2) {
    return new ApplicationProtocolConfig(
        ApplicationProtocolConfig.Protocol.ALPN,
        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
        http2
            ? List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1)
            : List.of(ApplicationProtocolNames.HTTP_1_1));
  }

  private static void clients(SslContextBuilder builder, WebConfig.Tls tls)
      throws GeneralSecurityException {
    switch (tls.clientAuth()) {
      case NONE -> builder.clientAuth(ClientAuth.NONE);
      case REQUEST -> builder.clientAuth(ClientAuth.OPTIONAL);
      case REQUIRE_ANY -> builder.clientAuth(ClientAuth.REQUIRE);
      case VERIFY_IF_GIVEN -> builder.clientAuth(ClientAuth.OPTIONAL);
      case REQUIRE_AND_VERIFY -> builder.clientAuth(ClientAuth.REQUIRE);
    }
    boolean verified =
        tls.clientAuth() == WebConfig.ClientAuth.VERIFY_IF_GIVEN
            || tls.clientAuth() == WebConfig.ClientAuth.REQUIRE_AND_VERIFY;
    X509ExtendedTrustManager trust = verified ? trust(tls) : anybody();
    builder.trustManager(
        tls.clientAllowedSans().isEmpty()
            ? trust
            : new AllowedSans(trust, tls.clientAllowedSans()));
  }

  private static X509ExtendedTrustManager trust(WebConfig.Tls tls) throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    if (tls.clientCa() == null && tls.clientCaFile() == null) {
      factory.init((KeyStore) null); // the authorities that the JDK trusts
      return extended(factory);
    }
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new KeyStoreFailure(e);
    }
    var authorities =
        certificates(
            text("client_ca", tls.clientCa(), tls.clientCaFile()),
            named("client_ca", tls.clientCaFile()));
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("ca" + i, authorities.get(i));
    }
    factory.init(store);
    return extended(factory);
  }

  private static X509ExtendedTrustManager anybody() {
    return extended(InsecureTrustManagerFactory.INSTANCE);
  }

  private static X509ExtendedTrustManager extended(TrustManagerFactory factory) {
    for (var manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new IllegalStateException("the JDK has no trust manager for certificates");
  }

  private static PrivateKey key(WebConfig.Tls tls) {
    var inline = tls.key() == null ? null : tls.key().value();
    try {
      return PemKeys.read(text("key", inline, tls.keyFile()));
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith("key")
          ? e
          : new IllegalArgumentException(named("key", tls.keyFile()) + ": " + message, e);
    }
  }

  private static void checkPair(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> "Ed25519";
        };
    byte[] probe = "narthex".getBytes(StandardCharsets.US_ASCII);
    boolean fits;
    try {
      var signature = Signature.getInstance(algorithm);
      signature.initSign(key);
      signature.update(probe);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(probe);
      fits = signature.verify(signed);
    } catch (java.security.InvalidKeyException | java.security.SignatureException e) {
      throw new IllegalArgumentException("private key does not match the certificate", e);
    }
    if (!fits) {
      throw new IllegalArgumentException("private key does not match the certificate");
    }
  }

  private static List<X509Certificate> certificates(String pem, String name)
      throws CertificateException {
    var read = new ArrayList<X509Certificate>();
    try {
      var factory = CertificateFactory.getInstance("X.509");
      for (var certificate :
          factory.generateCertificates(
              new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
        read.add((X509Certificate) certificate);
      }
    } catch (CertificateException e) {
      throw new IllegalArgumentException(name + ": not a PEM certificate: " + reason(e), e);
    }
    if (read.isEmpty()) {
      throw new IllegalArgumentException(name + ": holds no PEM certificate");
    }
    return read;
  }

  private static String[] versions(WebConfig.Tls tls) {
    var versions = new ArrayList<String>();
    for (int i = VERSIONS.indexOf(tls.minVersion()); i <= VERSIONS.indexOf(tls.maxVersion()); i++) {
      versions.add(i == 0 ? "TLSv1" : "TLSv1." + i);
    }
    return versions.toArray(new String[0]);
  }

  private static String text(String key, @Nullable String inline, @Nullable String file) {
    if (file == null) {
      return inline == null ? "" : inline;
    }
    try {
      return Files.readString(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(named(key, file) + ": no such file", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(named(key, file) + ": cannot be read", e);
    }
  }

  private static String named(String key, @Nullable String file) {
    return file == null ? key : key + "_file " + file;
  }

  private static String reason(Exception e) {
    var cause = e.getCause() == null ? e : e.getCause();
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  /** The empty key store of the JDK could not be made, which has no cause in the configuration. */
  private static final class KeyStoreFailure extends GeneralSecurityException {
    private static final long serialVersionUID = 1;

    KeyStoreFailure(IOException cause) {
      super(cause);
    }
  }
}
