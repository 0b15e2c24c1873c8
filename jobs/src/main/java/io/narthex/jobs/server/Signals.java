package io.narthex.jobs.server;

import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals of the operating system. The JDK offers them only through {@code sun.misc.Signal}, which
 * the compiler does not want to see named: it is found by reflection, and where it is missing the
 * signals keep their default meaning.
 */
public final class Signals {
  private static final Logger logger = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /** Runs the action on SIGTERM and SIGINT, instead of ending the process at once. */
  public static void onTerminate(Runnable action) {
    handle("TERM", action);
    handle("INT", action);
  }

  /** Runs the action on SIGHUP. */
  public static void onHangUp(Runnable action) {
    handle("HUP", action);
  }

  private static void handle(String name, Runnable action) {
    try {
      var signalClass = Class.forName("sun.misc.Signal");
      var handlerClass = Class.forName("sun.misc.SignalHandler");
      var signal = signalClass.getConstructor(String.class).newInstance(name);
      var handler =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerClass},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      signalClass.getMethod("handle", signalClass, handlerClass).invoke(null, signal, handler);
    } catch (ReflectiveOperationException e) {
      logger.warn("SIG{} cannot be handled on this Java: {}", name, e.toString());
    }
  }
}
