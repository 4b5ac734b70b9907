package io.rayauth.internal.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.internal.pack.FolderWalk.GitignoreFiles;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders that are not what one hopes for: each has an outcome of its own. */
@Timeout(120)
class FolderWalkTest {
  @TempDir private Path folder;

  @Test
  void walk_withALinkToAFolderAbove_goesAsFarAsTheSystemFollowsLinksAndSaysSo() throws IOException {
    Files.writeString(Files.createDirectory(folder.resolve("sub")).resolve("a"), "a");
    Files.createSymbolicLink(folder.resolve("sub/up"), Path.of(".."));

    Story story = walk();

    assertThat(story.paths).contains("sub/a", "sub/up/sub/a", "sub/up/sub/up/sub/a");
    assertThat(story.paths).hasSizeBetween(100, 200); // Linux follows 40 links
    assertThat(story.notes)
        .anySatisfy(note -> assertThat(note).startsWith("sub/up is a link to a folder above it"));
  }

  @Test
  void walk_withManyLinksToFoldersAbove_givesUpAndNamesOne() throws IOException {
    Path sub = Files.createDirectory(folder.resolve("sub"));
    for (String name : List.of("one", "two", "three")) {
      Files.createSymbolicLink(sub.resolve(name), Path.of(".."));
    }

    assertThatIllegalArgumentException()
        .isThrownBy(this::walk)
        .withMessageContaining("links to folders above them that lead into each other")
        .withMessageContaining("exclude one of the links");
  }

  @Test
  void walk_withOneLinkToAFolderAbove_goesOnHoweverManyFilesThereAre() throws IOException {
    for (int i = 0; i < 600; i++) {
      Files.createFile(folder.resolve("f" + i));
    }
    Files.createSymbolicLink(folder.resolve("up"), Path.of("."));

    assertThat(walk().paths).hasSizeGreaterThan(600 * 40);
  }

  /** A path has room for 4,096 bytes on Linux, which comes before the 40 links here. */
  @Test
  void read_withAPathTooLongForTheSystem_isRefusedWithWhatToDo() throws IOException {
    Path sub = Files.createDirectory(folder.resolve("d".repeat(200)));
    Files.createSymbolicLink(sub.resolve("up"), Path.of(".."));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> FolderPackage.read(walkOf(folder), ""))
        .withMessageContaining("cannot be read (File name too long)")
        .withMessageContaining("exclude it");
  }

  @Test
  void walk_withLinksThatLeadNowhere_countsTheirNamesAndSaysSo() throws IOException {
    Files.createSymbolicLink(folder.resolve("self"), Path.of("self"));
    Files.createSymbolicLink(folder.resolve("gone"), Path.of("missing"));
    Files.writeString(folder.resolve("file"), "");
    Files.createSymbolicLink(folder.resolve("through"), Path.of("file/below"));

    Story story = walk();

    assertThat(story.paths).containsExactly("", "file", "gone", "self", "through");
    assertThat(story.notes).hasSize(3).allMatch(note -> note.contains("leads nowhere"));
  }

  @Test
  void walk_withALinkThatLeadsOut_followsItAndSaysSo(@TempDir Path elsewhere) throws IOException {
    Files.writeString(elsewhere.resolve("shared"), "s");
    Files.createSymbolicLink(folder.resolve("out"), elsewhere);
    Files.writeString(folder.resolve("in"), "i");
    Files.createSymbolicLink(folder.resolve("inside"), Path.of("in"));

    Story story = walk();

    assertThat(story.paths).containsExactly("", "in", "inside", "out", "out/shared");
    assertThat(story.notes)
        .containsExactly("out is a link that leads out of the folder; what it points to is packed");
  }

  @Test
  void walk_whenTheFolderItselfIsALink_takesWhatIsInIt(@TempDir Path parent) throws IOException {
    Files.writeString(folder.resolve("a"), "a");
    Path link = Files.createSymbolicLink(parent.resolve("link"), folder);

    Story story = walk(link);

    assertThat(story.paths).containsExactly("", "a");
    assertThat(story.notes).isEmpty();
  }

  @Test
  void walk_withAPipe_isRefusedWithWhatToDo() throws Exception {
    run("mkfifo", folder.resolve("pipe").toString());

    assertSpecialFileIsRefused("pipe");
    assertThat(walk(folder, "pipe").paths).containsExactly("");
  }

  @Test
  void walk_withASocket_isRefusedWithWhatToDo() throws Exception {
    Path socket = folder.resolve("s");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));

      assertSpecialFileIsRefused("s");
    }
  }

  @Test
  void walk_withADevice_isRefusedWithWhatToDo() throws Exception {
    Files.createSymbolicLink(folder.resolve("zero"), Path.of("/dev/zero"));

    assertSpecialFileIsRefused("zero");
  }

  @Test
  void walk_withANameThatIsNotUtf8_isRefusedWithWhatToDo() throws Exception {
    Files.createDirectory(folder.resolve("sub"));
    run("sh", "-c", "cd '" + folder + "/sub' && touch \"$(printf 'a\\377b')\"");

    assertThatIllegalArgumentException()
        .isThrownBy(this::walk)
        .withMessageContaining("a name that is not UTF-8");
    assertThat(walk(folder, "sub").paths).containsExactly("");
  }

  @Test
  void read_withAFileThatCannotBeRead_isRefusedWithWhatToDo() throws IOException {
    // Nobody can read this one, not even root, whom no permission stops.
    Files.createSymbolicLink(folder.resolve("memory"), Path.of("/proc/self/mem"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> FolderPackage.read(walkOf(folder), ""))
        .withMessageContaining(folder.resolve("memory") + " cannot be read")
        .withMessageContaining("exclude it");
  }

  @Test
  void read_whenTheThreadIsInterrupted_ends() throws IOException {
    Files.writeString(folder.resolve("a"), "a");
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> FolderPackage.read(walkOf(folder), ""))
          .isInstanceOf(ClosedByInterruptException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void walk_withAnIgnoreFileThatIsNotUtf8_isRefused() throws IOException {
    Files.write(folder.resolve(".gitignore"), new byte[] {'a', (byte) 0xff, '\n'});

    assertThatIllegalArgumentException()
        .isThrownBy(this::walk)
        .withMessageContaining(".gitignore is not UTF-8");
  }

  @Test
  void walk_withARangeThatRunsBackwards_namesFileAndPattern() throws IOException {
    Files.writeString(
        Files.createDirectory(folder.resolve("sub")).resolve(".rayignore"), "ok\n[z-a]\n");

    assertThatIllegalArgumentException()
        .isThrownBy(this::walk)
        .withMessage("sub/.rayignore: the range z-a in '[z-a]' runs backwards");
  }

  @Test
  void walk_toTheEnd_leavesFilesAsTheyAre() throws IOException {
    Path file = Files.writeString(folder.resolve("a"), "a");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-x--x--x"));
    List<Integer> modes = new ArrayList<>();

    walkOf(folder).walk(entry -> modes.add(entry.mode()));

    assertThat(modes).endsWith(0511);
  }

  private void assertSpecialFileIsRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(this::walk)
        .withMessage(
            "%s is a pipe, a socket or a device, which cannot be packed; remove it or exclude '/%s'",
            folder.resolve(name), name);
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  private Story walk() throws IOException {
    return walk(folder);
  }

  private static Story walk(Path root, String... excludes) throws IOException {
    Story story = new Story();
    new FolderWalk(root, List.of(excludes), GitignoreFiles.HEEDED).walk(story);
    return story;
  }

  private static FolderWalk walkOf(Path root) {
    return new FolderWalk(root, List.of(), GitignoreFiles.HEEDED);
  }

  /** Writes down what it is told. */
  private static final class Story implements TreeVisitor {
    private final List<String> paths = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    @Override
    public void visit(TreeEntry entry) {
      paths.add(entry.path());
    }

    @Override
    public void note(String text) {
      notes.add(text);
    }
  }
}
