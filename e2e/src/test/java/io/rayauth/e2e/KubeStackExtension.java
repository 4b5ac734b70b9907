package io.rayauth.e2e;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts the stack when the first test asks for it; the root store closes it after the last one.
 */
final class KubeStackExtension implements ParameterResolver {

  private static final Namespace STACK = Namespace.create(KubeStackExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == KubeStack.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(STACK)
        .getOrComputeIfAbsent(KubeStack.class, key -> KubeStack.start(), KubeStack.class);
  }
}
