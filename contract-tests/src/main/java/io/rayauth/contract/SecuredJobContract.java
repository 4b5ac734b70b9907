package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rayauth.JobClient;
import io.rayauth.contract.LifecycleContract.Question;
import io.rayauth.error.RayAuthException;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.token.TokenProvider;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Asks a cluster that wants a token what it asks an open one, and that strangers stay outside. */
public abstract class SecuredJobContract extends JobContract {
  private static final String WRONG_TOKEN = "canary-nobody-knows-this-one";

  /** Creates the contract for one test. */
  protected SecuredJobContract() {}

  @ParameterizedTest
  @EnumSource(Question.class)
  void anyQuestion_withAWrongToken_isRefusedWithoutShowingTheToken(Question question) {
    try (JobClient stranger = newBuilder().tokenProvider(TokenProvider.of(WRONG_TOKEN)).build()) {
      Throwable refusal = catchThrowable(() -> question.ask(stranger, JobId.random()));

      assertThat(refusal).isInstanceOf(RayAuthException.class);
      assertThat(everythingSaid(refusal)).doesNotContain(WRONG_TOKEN);
    }
  }

  @Test
  void submit_withAWrongToken_isRefusedAndStartsNothing() {
    JobId id = JobId.random();

    try (JobClient stranger = newBuilder().tokenProvider(TokenProvider.of(WRONG_TOKEN)).build()) {
      assertThatExceptionOfType(RayAuthException.class)
          .isThrownBy(() -> stranger.submit(JobSpec.running("true").submissionId(id).build()))
          .satisfies(refused -> assertThat(refused.status()).isIn(401, 403));
    }

    assertThat(client().jobs()).noneMatch(job -> job.id().equals(id));
  }

  @Test
  void version_withoutAToken_isRefusedAsUnauthorized() {
    try (JobClient stranger = newBuilder().build()) {
      assertThatExceptionOfType(RayAuthException.class)
          .isThrownBy(stranger::version)
          .returns(401, RayAuthException::status);
    }
  }

  @ParameterizedTest
  @EnumSource(Question.class)
  void anyQuestion_thatFails_doesNotShowTheTokenThatWasSent(Question question) {
    Throwable failure = catchThrowable(() -> question.ask(client(), JobId.random()));

    assertThat(failure).isNotNull();
    assertThat(everythingSaid(failure)).doesNotContain(token().token().value());
  }

  private static String everythingSaid(Throwable failure) {
    StringWriter said = new StringWriter();
    failure.printStackTrace(new PrintWriter(said, true));
    if (failure instanceof io.rayauth.error.RayApiException answered) {
      said.append(answered.reason()).append(answered.bodyExcerpt());
    }
    return said.toString();
  }
}
