package io.rayauth.e2e;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Starts each head when the first test asks for it; the root store closes it after the last one.
 */
final class RealRayExtension implements ParameterResolver {

  private static final Namespace HEADS = Namespace.create(RealRayExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == RealRay.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    RayMode mode =
        AnnotationSupport.findAnnotation(context.getRequiredTestClass(), WithRealRay.class)
            .orElseThrow()
            .value();
    return context
        .getRoot()
        .getStore(HEADS)
        .getOrComputeIfAbsent(mode, RealRay::start, RealRay.class);
  }
}
