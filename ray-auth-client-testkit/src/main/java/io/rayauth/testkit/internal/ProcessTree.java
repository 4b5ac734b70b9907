package io.rayauth.testkit.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Is a process with its descendants as they were at one moment. */
final class ProcessTree {
  /** Present on Linux; elsewhere a job has no session of its own and only its tree is known. */
  private static final boolean HAS_SESSIONS =
      Stream.of("/usr/bin/setsid", "/bin/setsid")
          .anyMatch(name -> Files.isExecutable(Path.of(name)));

  /**
   * Makes a job heed SIGINT. A JVM that was started in the background of a script has it ignored,
   * its children inherit that, and a shell cannot undo it for itself; GNU env can. Without GNU env
   * such a job is killed when its time to stop is over.
   */
  private static final List<String> HEEDING_SIGINT =
      List.of("/usr/bin/env", "--default-signal=INT");

  private static final boolean CAN_HEED_SIGINT =
      Files.isExecutable(Path.of(HEEDING_SIGINT.get(0))) && succeeds(HEEDING_SIGINT, "true");

  private final List<ProcessHandle> members;

  private ProcessTree(List<ProcessHandle> members) {
    this.members = members;
  }

  static ProcessTree of(Process root) {
    List<ProcessHandle> members = new ArrayList<>();
    members.add(root.toHandle());
    root.descendants().forEach(members::add);
    return new ProcessTree(members);
  }

  /** The start of a command line that gives its program a session, and so a group, of its own. */
  static List<String> inNewSession(String... command) {
    List<String> line = new ArrayList<>();
    if (HAS_SESSIONS) {
      line.add("setsid");
    }
    if (CAN_HEED_SIGINT) {
      line.addAll(HEEDING_SIGINT);
    }
    line.addAll(List.of(command));
    return line;
  }

  /** Sends SIGTERM or SIGINT to all of them. */
  void signal(String name) {
    if (name.equals("SIGINT")) {
      List<String> ids = members.stream().map(member -> String.valueOf(member.pid())).toList();
      shell("kill -s INT -- \"$@\"", ids);
    } else {
      members.forEach(ProcessHandle::destroy);
    }
  }

  void kill() {
    members.forEach(ProcessHandle::destroyForcibly);
  }

  boolean isAlive() {
    return alive() > 0;
  }

  int alive() {
    return (int) members.stream().filter(ProcessTree::isAlive).count();
  }

  /** A zombie whose parent does not ask for it counts as dead. */
  private static boolean isAlive(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException noProcFileSystem) {
      return process.isAlive();
    }
  }

  /** Kills whatever is left in the session of a job, orphans included, and sees it gone. */
  static void killSession(long leader) {
    if (HAS_SESSIONS) {
      shell(
          "kill -s KILL -- \"$1\" || exit 0; n=0;"
              + " while kill -s 0 -- \"$1\" && [ $n -lt 50 ]; do sleep 0.01; n=$((n + 1)); done",
          List.of("-" + leader));
    }
  }

  /** Java can send neither SIGINT nor a signal to a group; the shell's own kill can. */
  private static void shell(String script, List<String> targets) {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
    command.addAll(targets);
    boolean unused = succeeds(command);
  }

  private static boolean succeeds(List<String> command, String... more) {
    List<String> line = new ArrayList<>(command);
    line.addAll(List.of(more));
    try {
      Process process =
          new ProcessBuilder(line)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(5, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      throw new IllegalStateException("cannot run " + line.get(0), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
