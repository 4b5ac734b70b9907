package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.internal.env.EnvForm;
import io.rayauth.job.RuntimeEnv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Files that a runtime env names, read by this client and by the Python code of Ray itself. */
@Timeout(300)
class RuntimeEnvFormTest {
  private static final int FILES = Integer.getInteger("conda.files", 2000);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void conda_fromFilesOfAllKinds_isWhatRayReadsOrRefused() throws Exception {
    int agreed = 0;
    List<String> disagreements = new ArrayList<>();
    try (PythonLines ray = PythonLines.start("forms.py")) {
      for (long seed = 0; seed < FILES; seed++) {
        String text = RandomCondaFile.of(seed);
        Path file = Files.writeString(folder.resolve("environment.yml"), text);
        Map<String, Object> env = Map.of("conda", file.toString());
        String ours = sent(env);
        if (ours.startsWith("refused")) {
          continue;
        }
        JsonNode rays = ray.ask(env);
        if (JSON.readTree(ours).equals(rays.path("sent"))) {
          agreed++;
        } else {
          disagreements.add("seed " + seed + ": " + ours + " but Ray: " + rays + " of\n" + text);
        }
      }
    }

    System.out.printf(
        "%d of %d random conda files are read as Ray does, the others are refused%n",
        agreed, FILES);
    assertThat(disagreements).isEmpty();
    assertThat(agreed).isGreaterThan(FILES / 4);
  }

  @Test
  void requirements_fromFiles_areWhatRaySends() throws Exception {
    List<String> disagreements = new ArrayList<>();
    try (PythonLines ray = PythonLines.start("forms.py")) {
      for (String text :
          List.of(
              "a\nb\n", "\n# c\r\na==1\r\n\r\na==1\n b \n", "", "\n\n", "a\rb", "é>=1\n\t\n-r x")) {
        String file = Files.writeString(folder.resolve("requirements.txt"), text).toString();
        for (Map<String, Object> env :
            List.<Map<String, Object>>of(
                Map.of("pip", file),
                Map.of("uv", file),
                Map.of("pip", Map.of("packages", file, "pip_version", "==24.0")))) {
          JsonNode rays = ray.ask(env).path("sent");
          JsonNode ours = JSON.readTree(inFull(env));
          if (!ours.equals(rays)) {
            disagreements.add(env + " of '" + text + "': " + ours + " but Ray: " + rays);
          }
        }
      }
    }

    assertThat(disagreements).isEmpty();
  }

  private static String sent(Map<String, Object> env) {
    try {
      return JSON.writeValueAsString(EnvForm.of(RuntimeEnv.of(env)).asMap());
    } catch (IllegalArgumentException e) {
      return "refused: " + e.getMessage();
    }
  }

  /** Ray's client writes defaults out which the nodes fill in as well. */
  private static String inFull(Map<String, Object> env) throws IOException {
    Map<String, Object> full = new LinkedHashMap<>();
    EnvForm.of(RuntimeEnv.of(env))
        .asMap()
        .forEach((key, value) -> {
          Map<Object, Object> fields = new LinkedHashMap<>();
          if (value instanceof Map<?, ?> map) {
            fields.putAll(map);
          } else if (value != null) {
            fields.put("packages", value);
          }
          fields.put(key + "_check", false);
          if (key.equals("uv")) {
            fields.put("uv_pip_install_options", List.of("--no-cache"));
          }
          full.put(key, fields);
        });
    return JSON.writeValueAsString(full);
  }
}
