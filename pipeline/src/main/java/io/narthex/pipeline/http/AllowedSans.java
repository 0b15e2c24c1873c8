package io.narthex.pipeline.http;

import io.netty.util.NetUtil;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts whom another one trusts, if the certificate has one of some alternative names. */
final class AllowedSans extends X509ExtendedTrustManager {
  private static final int EMAIL = 1;
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int IP = 7;

  private final X509ExtendedTrustManager inner;
  private final List<String> allowed;

  AllowedSans(X509ExtendedTrustManager inner, List<String> allowed) {
    this.inner = inner;
    this.allowed = allowed;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    inner.checkClientTrusted(chain, authType, engine);
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    inner.checkClientTrusted(chain, authType, socket);
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    inner.checkClientTrusted(chain, authType);
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    inner.checkServerTrusted(chain, authType, engine);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    inner.checkServerTrusted(chain, authType, socket);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    inner.checkServerTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return inner.getAcceptedIssuers();
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    Collection<List<?>> names = chain[0].getSubjectAlternativeNames();
    if (names != null) {
      for (List<?> name : names) {
        if (name.get(0) instanceof Integer kind
            && name.get(1) instanceof String text
            && isAllowed(kind, text)) {
          return;
        }
      }
    }
    throw new CertificateException("could not find an allowed SAN in the client certificate");
  }

  private boolean isAllowed(int kind, String text) {
    return switch (kind) {
      case DNS, EMAIL, URI -> allowed.contains(text);
      case IP -> {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(text);
        yield allowed.stream()
            .anyMatch(
                name -> Arrays.equals(address, NetUtil.createByteArrayFromIpAddressString(name)));
      }
      default -> false;
    };
  }
}
