package io.narthex.pipeline.http;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** Sets the elliptic curves of a connection, which the JDK can do since version 20. */
final class NamedGroups {
  private static final @Nullable MethodHandle SETTER = setter();

  private NamedGroups() {}

  static boolean isSupported() {
    return SETTER != null;
  }

  static void set(SSLParameters parameters, List<String> groups) {
    MethodHandle setter = SETTER;
    if (setter == null) {
      throw new IllegalStateException("curves cannot be set before Java 20");
    }
    try {
      setter.invoke(parameters, (Object) groups.toArray(new String[0]));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("curves cannot be set", e);
    }
  }

  private static @Nullable MethodHandle setter() {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(
              SSLParameters.class,
              "setNamedGroups",
              MethodType.methodType(void.class, String[].class))
          .asType(MethodType.methodType(void.class, SSLParameters.class, Object.class));
    } catch (NoSuchMethodException | IllegalAccessException e) {
      return null; // an older JDK
    }
  }
}
