package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.contract.CutLogContract;
import io.rayauth.contract.CuttingProxy;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Cuts connections to a real Ray, 25 of them; {@code -Dcuts=200} makes it as many as for the fake,
 * which takes minutes, because Ray sends nothing for a second after each handshake.
 */
@WithRealRay(RayMode.OPEN)
class CutLogRealRayTest extends CutLogContract {
  private final RealRay ray;

  CutLogRealRayTest(RealRay ray) {
    this.ray = ray;
  }

  @Override
  protected URI url() {
    return ray.url();
  }

  @Override
  protected JobClient.Builder newBuilder(URI url) {
    return JobClient.builder(url);
  }

  @Override
  protected int cuts() {
    return Integer.getInteger("cuts", 25);
  }

  /** What this is all about: the tail of Ray's own client ends with the first cut. */
  @Test
  void pythonTail_withTheSameCuts_losesLines() throws Exception {
    try (JobClient client = newBuilder(url()).build();
        CuttingProxy proxy =
            CuttingProxy.inFrontOf(url(), new SplittableRandom(7), cuts(), 1_000_000)) {
      JobId id = client.submit(JobSpec.running("seq -f 'row %06.0f' 1 " + LINES).build()).id();
      client.await(id, Duration.ofMinutes(2));

      JsonNode answer = new ObjectMapper().readTree(pythonTail(proxy.url(), id));

      Files.writeString(PythonProgram.module().resolve("target/python-tail.json"), answer + "\n");
      assertThat(answer.path("rows").asInt()).isLessThan(LINES);
    }
  }

  private static String pythonTail(URI address, JobId id) throws Exception {
    Path python = PythonProgram.module().resolve(".venv/bin/python");
    Process process =
        new ProcessBuilder(
                python.toString(),
                PythonProgram.module().resolve("logs/python_tail.py").toString(),
                address.toString(),
                id.value())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
