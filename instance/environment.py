"""The environment a program finds on the platform (contract section 15), over the developer's own.

Pure: takes the developer's environment as a mapping. Must not know: processes. Read next: start.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from instance.spec import InstanceSpec

# Cloud credentials of the person at the keyboard. A program under test has no business with them, and
# whatever it prints or sends is recorded (contract ENV-3). Compared in lower case.
CREDENTIAL_NAMES = frozenset(
    {
        "accesskeyid",
        "accesskeysecret",
        "access_key_id",
        "access_key_secret",
        "securitytoken",
        "security_token",
        "oss_access_key_id",
        "oss_access_key_secret",
        "oss_session_token",
        "serverless_devs_key",
        "default_serverless_devs_key",
    }
)
CREDENTIAL_PREFIXES = ("alibaba_cloud_", "alibabacloud_", "alicloud_", "aliyun_")

# What ./run noted before it entered our own environment: the program belongs in the caller's.
CALLERS_OWN = {"PATH": "FC_REPLAY_PATH", "VIRTUAL_ENV": "FC_REPLAY_VIRTUAL_ENV"}

# A variable FC_* in the developer's shell would pass for the platform's word (contract ENV-1).
RESERVED_PREFIX = "FC_"


def is_credential(name: str) -> bool:
    """Whether a variable is named like a cloud credential."""
    lower = name.lower()
    return lower in CREDENTIAL_NAMES or lower.startswith(CREDENTIAL_PREFIXES)


def _callers_own(developer: Mapping[str, str]) -> dict[str, str]:
    """The environment as it was before ./run; an empty note says that the variable was not set."""
    own = dict(developer)
    for name, note in CALLERS_OWN.items():
        if note in developer:
            own[name] = developer[note]
            if not own[name]:
                del own[name]
    return own


def platform_variables(spec: InstanceSpec, instance_id: str) -> dict[str, str]:
    """What FC itself sets: contract section 15, in the naming of the Debian 11 and 12 runtimes.

    FC_FUNC_CODE_PATH is `/code/` in the cloud and the program's real folder here, so that programs find
    their files. FC_SERVER_PORT is seen in the cloud, not documented (contract ENV-2).
    """
    function = spec.function
    port = str(spec.port)
    return {
        "FC_FUNC_CODE_PATH": f"{spec.folder.resolve()}/",
        "FC_ACCOUNT_ID": spec.account_id,
        "FC_FUNCTION_HANDLER": function.handler,
        "FC_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "FC_FUNCTION_NAME": function.name,
        "FC_FUNCTION_VERSION": spec.qualifier,
        "FC_REGION": spec.region,
        "FC_INSTANCE_ID": instance_id,
        "FC_CUSTOM_LISTEN_PORT": port,
        "FC_SERVER_PORT": port,
        "PORT": port,
    }


def build_environment(spec: InstanceSpec, developer: Mapping[str, str], instance_id: str) -> dict[str, str]:
    """The whole environment of the program: the developer's without credentials, the function's, the platform's."""
    kept = {
        name: value
        for name, value in _callers_own(developer).items()
        if not name.startswith(RESERVED_PREFIX) and (spec.pass_credentials or not is_credential(name))
    }
    # Into a pipe Python holds print() back for 8 KB, and no Tail could ever show it.
    kept.setdefault("PYTHONUNBUFFERED", "1")
    return kept | dict(spec.function.launch.environment) | dict(spec.variables) | platform_variables(spec, instance_id)
