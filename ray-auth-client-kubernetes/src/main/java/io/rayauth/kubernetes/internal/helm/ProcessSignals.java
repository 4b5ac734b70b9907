package io.rayauth.kubernetes.internal.helm;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Gives the process its signals back after Helm.
 *
 * <p>helm-java's install takes SIGINT, SIGTERM and SIGQUIT for itself ({@code signal.Notify} in its
 * {@code native/internal/helm/install.go}) and never returns them: the JVM would then outlive
 * {@code kill} and Ctrl-C and print no thread dump. Windows has no such signals.
 */
final class ProcessSignals {
  /** SIGINT, SIGQUIT, SIGTERM: the same numbers on Linux and macOS. */
  private static final int[] TAKEN = {2, 3, 15};

  /** More than {@code struct sigaction} has on any of them (152 bytes on Linux). */
  private static final int SIZE = 512;

  private ProcessSignals() {}

  /** Runs something and restores the handlers that were there before. */
  static <T> T keeping(Supplier<T> action) {
    if (Platform.isWindows()) {
      return action.get();
    }
    Function sigaction =
        NativeLibrary.getInstance(Platform.C_LIBRARY_NAME).getFunction("sigaction");
    Map<Integer, Memory> handlers = new LinkedHashMap<>();
    for (int signal : TAKEN) {
      Memory handler = new Memory(SIZE);
      if (sigaction.invokeInt(new Object[] {signal, Pointer.NULL, handler}) == 0) {
        handlers.put(signal, handler);
      }
    }
    try {
      return action.get();
    } finally {
      handlers.forEach(
          (signal, handler) -> sigaction.invokeInt(new Object[] {signal, handler, Pointer.NULL}));
    }
  }
}
