package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobClient;
import io.rayauth.RetryPolicy;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.JobId;
import io.rayauth.job.JobStatus;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Fault;
import io.rayauth.testkit.Gate;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ErrorSnippets {
  private static final JobId ID = new JobId("train-7");

  @Test
  void look_forEachKindOfAnswer_saysWhatItMeans() {
    try (FakeRay ray = FakeRay.start();
        JobClient client =
            JobClient.builder(ray.url()).retryPolicy(RetryPolicy.none()).build()) {
      assertThat(look(client, ID)).isEqualTo("no such job");

      ray.addFinishedJob(ID.value(), "true", Map.of());
      assertThat(look(client, ID)).isEqualTo("SUCCEEDED");

      ray.onNext("GET", "/api/jobs/train-7").fault(Fault.status(503));
      assertThat(look(client, ID)).isEqualTo("try again later");

      ray.onNext("GET", "/api/jobs/train-7").respond(400, "strange");
      assertThat(look(client, ID)).isEqualTo("refused: strange");

      ray.onNext("GET", "/api/jobs/train-7").fault(Fault.RESET_BEFORE_HEADERS);
      assertThat(look(client, ID)).isEqualTo("cannot be reached");

      ray.onNext("GET", "/api/jobs/train-7").respond(200, "no JSON");
      assertThat(look(client, ID)).startsWith("failed: ");
    }
  }

  @Test
  void look_withoutAToken_saysWhoRefused() {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken("canary-errors")).start();
        JobClient client = JobClient.builder(ray.url()).build()) {
      assertThat(look(client, ID)).isEqualTo("not allowed by RAY");
    }
  }

  // @start region=catch
  static String look(JobClient client, JobId id) {
    try {
      JobStatus status = client.job(id).status();
      return status.name();
    } catch (JobNotFoundException e) {
      return "no such job";
    } catch (RayAuthException e) {
      return "not allowed by " + e.refusedBy();
    } catch (RayApiException e) {
      return e.isRetryable() ? "try again later" : "refused: " + e.reason();
    } catch (RayTransportException e) {
      return "cannot be reached";
    } catch (RayException e) {
      return "failed: " + e.getMessage();
    }
  }
  // @end
}
