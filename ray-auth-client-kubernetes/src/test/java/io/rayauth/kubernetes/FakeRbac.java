package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Answers access reviews on a fake API server, and remembers what was asked. */
final class FakeRbac {
  static final String REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  static final String LOCAL_REVIEWS =
      "/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews";
  static final String SELF_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

  final List<Map<String, Object>> asked = new CopyOnWriteArrayList<>();
  private final KubernetesMockServer server;

  FakeRbac(KubernetesMockServer server) {
    this.server = server;
  }

  /** Answers by the request's {@code spec}. */
  FakeRbac answering(String path, Function<Map<String, Object>, Boolean> allowed) {
    server
        .expect()
        .post()
        .withPath(path)
        .andReply(201, request -> review(request, allowed))
        .always();
    return this;
  }

  /** Answers in this order; the last answer stays. */
  FakeRbac answering(String path, Boolean... answers) {
    Queue<Boolean> left = new ArrayDeque<>(List.of(answers));
    return answering(path, spec -> left.size() > 1 ? left.remove() : left.element());
  }

  FakeRbac refusing(String path) {
    server
        .expect()
        .post()
        .withPath(path)
        .andReturn(403, forbidden("reviews is forbidden"))
        .always();
    return this;
  }

  private Object review(RecordedRequest request, Function<Map<String, Object>, Boolean> allowed) {
    Map<String, Object> review = map(Serialization.unmarshal(request.getUtf8Body(), Map.class));
    Map<String, Object> spec = map(review.get("spec"));
    asked.add(spec);
    Map<String, Object> answer = new LinkedHashMap<>(review);
    answer.put("status", Map.of("allowed", allowed.apply(spec)));
    return answer;
  }

  @SuppressWarnings("unchecked") // the keys of JSON objects are text
  static Map<String, Object> map(Object json) {
    return (Map<String, Object>) json;
  }

  static Map<String, Object> attributes(Map<String, Object> spec) {
    return map(spec.get("resourceAttributes"));
  }

  static Object forbidden(String message) {
    return new StatusBuilder()
        .withStatus("Failure")
        .withCode(403)
        .withReason("Forbidden")
        .withMessage(message)
        .build();
  }

  static Object notFound(String kind, String name) {
    return new StatusBuilder()
        .withStatus("Failure")
        .withCode(404)
        .withReason("NotFound")
        .withMessage("%s \"%s\" not found".formatted(kind, name))
        .withNewDetails()
        .withKind(kind)
        .withName(name)
        .endDetails()
        .build();
  }
}
