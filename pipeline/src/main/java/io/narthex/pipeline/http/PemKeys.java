package io.narthex.pipeline.http;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Private keys in PEM form: PKCS#8, and the older forms of RSA (PKCS#1) and elliptic curves (SEC
 * 1), which the JDK does not read and which are wrapped as PKCS#8 here.
 */
final class PemKeys {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY-----([^-]*)-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----");

  private static final byte[] VERSION_0 = {2, 1, 0};
  private static final byte[] RSA = {6, 9, 42, (byte) 134, 72, (byte) 134, (byte) 247, 13, 1, 1, 1};
  private static final byte[] EC = {6, 7, 42, (byte) 134, 72, (byte) 206, 61, 2, 1};
  private static final byte[] NULL = {5, 0};
  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 4;
  private static final int PARAMETERS = 0xa0;

  private static final Logger logger = LoggerFactory.getLogger(PemKeys.class);

  private PemKeys() {}

  /**
   * The first private key of a text.
   *
   * @throws IllegalArgumentException if there is none that can be read; the message never holds any
   *     of the text
   */
  static PrivateKey read(String pem) {
    Matcher block = BLOCK.matcher(pem);
    if (!block.find()) {
      throw new IllegalArgumentException("no PEM block of a private key");
    }
    String kind = block.group(1).strip();
    if (kind.equals("ENCRYPTED") || block.group(2).contains("ENCRYPTED")) {
      throw new IllegalArgumentException("the private key is encrypted; keys must be plain");
    }
    byte[] der;
    try {
      der = Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("the PEM block of the private key is not base64", e);
    }
    try {
      return switch (kind) {
        case "" -> fromPkcs8(der, List.of("RSA", "EC", "Ed25519"));
        case "RSA" -> fromPkcs8(wrap(join(RSA, NULL), der), List.of("RSA"));
        case "EC" -> fromPkcs8(wrap(join(EC, curveOf(der)), der), List.of("EC"));
        default -> throw new IllegalArgumentException("unknown kind of private key: " + kind);
      };
    } catch (GeneralSecurityException | RuntimeException e) {
      if (e instanceof IllegalArgumentException known) {
        throw known;
      }
      throw new IllegalArgumentException("the private key cannot be read", e);
    }
  }

  private static PrivateKey fromPkcs8(byte[] der, List<String> algorithms)
      throws NoSuchAlgorithmException {
    for (String algorithm : algorithms) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException e) {
        logger.debug("not a key of {}", algorithm);
      }
    }
    throw new IllegalArgumentException(
        "the private key cannot be read; known algorithms are " + algorithms);
  }

  private static byte[] wrap(byte[] algorithm, byte[] key) {
    return element(SEQUENCE, join(VERSION_0, element(SEQUENCE, algorithm), element(OCTETS, key)));
  }

  /** The object identifier of the curve, which stands in the key's optional parameters. */
  private static byte[] curveOf(byte[] sec1) {
    var in = ByteBuffer.wrap(sec1);
    enter(in);
    while (in.hasRemaining()) {
      int tag = in.get() & 0xff;
      byte[] content = new byte[length(in)];
      in.get(content);
      if (tag == PARAMETERS) {
        return content;
      }
    }
    throw new IllegalArgumentException("the key names no curve; convert it to PKCS#8");
  }

  private static void enter(ByteBuffer in) {
    if ((in.get() & 0xff) != SEQUENCE) {
      throw new IllegalArgumentException("the private key is not DER");
    }
    length(in);
  }

  private static int length(ByteBuffer in) {
    int first = in.get() & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = length << 8 | in.get() & 0xff;
    }
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("the private key is cut off");
    }
    return length;
  }

  private static byte[] element(int tag, byte[] content) {
    int length = content.length;
    byte[] head;
    if (length < 0x80) {
      head = new byte[] {(byte) tag, (byte) length};
    } else if (length < 0x100) { // DER wants the shortest form
      head = new byte[] {(byte) tag, (byte) 0x81, (byte) length};
    } else {
      head = new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
    }
    return join(head, content);
  }

  private static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    var out = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      out.put(part);
    }
    return out.array();
  }
}
