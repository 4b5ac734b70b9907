package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.job.JobSpec;
import io.rayauth.job.PackageReport;
import io.rayauth.job.RuntimeEnv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Folders nobody would make by hand, packed by this client and by the Python code of Ray itself.
 */
@Timeout(1800)
class RandomTreesTest {
  private static final int TREES = Integer.getInteger("packages.trees", 2000);

  /** A line with nothing but an exclamation mark or a backslash; this client passes over it. */
  private static final String LONE_MARK = "IndexError('list index out of range')";

  private static final long SEED = Long.getLong("packages.seed", 20260);

  @Test
  void submit_withFoldersOfAllKinds_namesAndPacksThemAsRayDoes(@TempDir Path folder)
      throws Exception {
    Tally tally = new Tally();
    try (RayPackaging ray = RayPackaging.start();
        PackageCatcher catcher = PackageCatcher.start(folder);
        JobClient client = JobClient.builder(catcher.url()).build()) {
      String underWay = null;
      for (long seed = SEED; seed < SEED + TREES; seed++) {
        Path tree = folder.resolve("tree" + seed);
        List<String> excludes = RandomTree.write(seed, tree);
        String kind = seed % 2 == 0 ? "working_dir" : "py_modules";
        String ours = nameOf(client, kind, tree, excludes);
        if (underWay != null) {
          tally.compare(underWay, ray.answer()); // Python has done this while we did the next one
        }
        Path zip = folder.resolve("zip" + seed % 2);
        if (Files.exists(catcher.caught())) {
          Files.move(catcher.caught(), zip, StandardCopyOption.REPLACE_EXISTING);
        }
        ray.begin(tree, kind, excludes, zip);
        underWay = ours;
      }
      tally.compare(String.valueOf(underWay), ray.answer());
    }

    System.out.printf(
        "%d of %d random trees have Ray's name and content; on the other %d Ray's client fails%n",
        tally.agreed, TREES, tally.rayFails);
    assertThat(tally.disagreements).isEmpty();
    assertThat(tally.agreed).isGreaterThan(TREES * 9 / 10);
  }

  /** Ray walks it until the system follows no more links, and so does this client. */
  @Test
  void submit_withALinkToAFolderAbove_namesAndPacksItAsRayDoes(@TempDir Path folder)
      throws Exception {
    Path tree = Files.createDirectory(folder.resolve("tree"));
    for (int i = 0; i < 100; i++) {
      Files.writeString(tree.resolve("f" + i), Integer.toString(i));
    }
    Files.createSymbolicLink(
        Files.createDirectory(tree.resolve("sub")).resolve("up"), Path.of(".."));
    try (RayPackaging ray = RayPackaging.start();
        PackageCatcher catcher = PackageCatcher.start(folder);
        JobClient client = JobClient.builder(catcher.url()).build()) {
      String ours = nameOf(client, "working_dir", tree, List.of());
      JsonNode rays = ray.compare(tree, "working_dir", List.of(), catcher.caught());

      assertThat(rays.path("uri").asString()).isEqualTo(ours);
      assertThat(rays.path("difference")).isEmpty();
    }
  }

  /** Counts who agrees. */
  private static final class Tally {
    private int agreed;
    private int rayFails;
    private final List<String> disagreements = new ArrayList<>();

    void compare(String ours, JsonNode rays) {
      if (rays.path("error").asString("").contains(LONE_MARK)) {
        rayFails++;
      } else if (ours.equals(rays.path("uri").asString()) && rays.path("difference").isEmpty()) {
        agreed++;
      } else {
        disagreements.add(
            "seed "
                + (SEED + agreed + rayFails + disagreements.size())
                + ": "
                + ours
                + " but Ray: "
                + rays);
      }
    }
  }

  private static String nameOf(JobClient client, String kind, Path tree, List<String> excludes)
      throws IOException {
    RuntimeEnv.Builder env = RuntimeEnv.builder();
    excludes.forEach(env::exclude);
    if (kind.equals("working_dir")) {
      env.put("working_dir", tree.toString());
    } else {
      env.put("py_modules", List.of(tree.toString()));
    }
    try {
      List<PackageReport> reports =
          client.submit(JobSpec.running("true").runtimeEnv(env.build()).build()).packages();
      assertThat(reports).hasSize(1);
      // One client gives no two layouts one name, and some of these trees have the same content.
      return reports.get(0).uri().replaceFirst("_in_[0-9a-f]{16}", "");
    } catch (IllegalArgumentException refused) {
      return "refused: " + refused.getMessage();
    }
  }
}
