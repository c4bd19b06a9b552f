"""The keys that Serverless Devs and its components fc3 and fc3-domain know (contract section 17, source FC3C).

A key that is here and means nothing locally is left alone; one that is not here is a slip, and refused.
Read next: serverless_devs.py.
"""

from __future__ import annotations

TOP = ("edition", "name", "access", "vars", "resources", "template", "extend", "flow")
RESOURCE = ("component", "props", "actions", "access", "extend", "dependencies")
FUNCTION = (
    "annotations",
    "asyncInvokeConfig",
    "code",
    "concurrencyConfig",
    "cpu",
    "customContainerConfig",
    "customDNS",
    "customRuntimeConfig",
    "description",
    "diskSize",
    "enableLongLiving",
    "endpoint",
    "environmentVariables",
    "functionName",
    "gpuConfig",
    "handler",
    "instanceConcurrency",
    "instanceIsolationMode",
    "instanceLifecycleConfig",
    "internetAccess",
    "layers",
    "logConfig",
    "memorySize",
    "nasConfig",
    "ossMountConfig",
    "provisionConfig",
    "region",
    "resourceGroupId",
    "role",
    "runtime",
    "scalingConfig",
    "sessionAffinity",
    "sessionAffinityConfig",
    "supplement",
    "tags",
    "timeout",
    "tracingConfig",
    "triggers",
    "vpcBinding",
    "vpcConfig",
)
ASYNC_INVOKE = (
    "asyncTask",
    "destinationConfig",
    "maxAsyncEventAgeInSeconds",
    "maxAsyncRetryAttempts",
    "qualifier",
    "statefulInvocation",
)
RUNTIME = ("args", "command", "healthCheckConfig", "port")
CONTAINER = ("command", "entrypoint", "healthCheckConfig", "image", "port", "registryConfig")
HEALTH = (
    "failureThreshold",
    "httpGetUrl",
    "initialDelaySeconds",
    "periodSeconds",
    "successThreshold",
    "timeoutSeconds",
)
LIFECYCLE = ("initializer", "preStop")
HOOK = ("command", "handler", "timeout")
TRIGGER = ("description", "invocationRole", "qualifier", "sourceArn", "triggerConfig", "triggerName", "triggerType")
HTTP_TRIGGER = ("authConfig", "authType", "disableURLInternet", "methods")
DOMAIN = (
    "authConfig",
    "certConfig",
    "corsConfig",
    "domainName",
    "protocol",
    "region",
    "routeConfig",
    "tlsConfig",
    "wafConfig",
)
DOMAIN_AUTH = ("authInfo", "authType")
ROUTE = ("functionName", "path", "qualifier", "methods", "rewriteConfig")
