package io.narthex.pipeline.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.pipeline.config.Secret;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Compares names and passwords with bcrypt hashes. The work for a wrong pair is that of the most
 * expensive hash, whether the user exists or not, so that the time tells nothing.
 *
 * <p>Outcomes are remembered under a keyed digest of the pair; the password itself is not kept.
 */
final class PasswordCheck {
  private static final int REMEMBERED = 100;
  private static final int DEFAULT_COST = 10;
  private static final String DIGEST = "HmacSHA256";

  private final Map<String, byte[]> hashes = new HashMap<>();
  private final int highestCost;
  private final SecretKeySpec digestKey;
  private final Cache<ByteBuffer, Boolean> outcomes =
      Caffeine.newBuilder().maximumSize(REMEMBERED).executor(Runnable::run).build();

  PasswordCheck(Map<String, Secret> users) {
    users.forEach((name, hash) -> hashes.put(name, hash.value().getBytes(UTF_8)));
    highestCost = hashes.values().stream().mapToInt(PasswordCheck::cost).max().orElse(DEFAULT_COST);
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    digestKey = new SecretKeySpec(random, DIGEST);
  }

  /** What is known of a pair; null if it must be checked. */
  @Nullable Boolean remembered(String user, byte[] password) {
    return outcomes.getIfPresent(digest(user, password));
  }

  /** Checks a pair; takes tens of milliseconds or more of processor time. */
  boolean check(String user, byte[] password) {
    byte[] hash = hashes.get(user);
    boolean right = hash != null && matches(password, hash);
    if (!right) {
      spend(password, hash == null ? -1 : cost(hash));
    }
    outcomes.put(digest(user, password), right);
    return right;
  }

  /**
   * Spends what is missing to the work of the highest cost. A hash of cost c takes 2^c rounds; one
   * more of c, of c + 1 and so on up to the highest but one make it 2^highest.
   */
  private void spend(byte[] password, int spentCost) {
    if (spentCost < 0) {
      hash(password, highestCost);
    } else {
      for (int cost = spentCost; cost < highestCost; cost++) {
        hash(password, cost);
      }
    }
  }

  private static void hash(byte[] password, int cost) {
    BCrypt.with(LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2Y)).hash(cost, password);
  }

  private static boolean matches(byte[] password, byte[] hash) {
    return BCrypt.verifyer(
            BCrypt.Version.VERSION_2Y, LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2Y))
        .verify(password, hash)
        .verified;
  }

  private static int cost(byte[] hash) {
    int at = hash[2] == '$' ? 3 : 4; // $2$10$ or $2y$10$
    return (hash[at] - '0') * 10 + hash[at + 1] - '0';
  }

  private ByteBuffer digest(String user, byte[] password) {
    try {
      var mac = Mac.getInstance(DIGEST);
      mac.init(digestKey);
      mac.update(user.getBytes(UTF_8));
      mac.update((byte) 0);
      return ByteBuffer.wrap(mac.doFinal(password));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + DIGEST, e);
    }
  }
}
