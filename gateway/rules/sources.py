"""The pages that rules cite. The ledger ids beside them are those of the project's contract.

Must not know: any rule.
"""

from __future__ import annotations

from gateway.rule import Source

_HELP = "https://help.aliyun.com/zh/functioncompute/fc/user-guide"

WEB = f"{_HELP}/web-functions"
TRIGGERS = f"{_HELP}/http-triggers-overview"
CONTEXT = f"{_HELP}/context-and-log-format-1"
TROUBLES = f"{_HELP}/troubleshooting-2"
ERRORS = "https://www.alibabacloud.com/help/en/functioncompute/error-codes"
HTTP_FAQ = "https://help.aliyun.com/document_detail/85445.html"
PAYLOAD = "https://www.alibabacloud.com/help/doc-detail/2527064.htm"
ASYNC = "https://help.aliyun.com/document_detail/2513612.html"
TASKS = "https://help.aliyun.com/zh/functioncompute/fc-3-0/developer-reference/api-fc-2023-03-30-listasynctasks"
CANCELED = "https://www.alibabacloud.com/help/en/functioncompute/invocation-canceled-by-client"
EXITED = "https://www.alibabacloud.com/help/doc-detail/209248.htm"
TIMEOUT = "https://www.alibabacloud.com/help/en/fc/support/how-to-handle-an-execution-timeout-error"
HOOKS = f"{_HELP}/lifecycle-hooks-for-function-instances"
CUSTOM_RUNTIME = "https://www.alibabacloud.com/help/doc-detail/425057.htm"
EVENT_FUNCTION = "https://www.alibabacloud.com/help/doc-detail/191342.htm"
SIGNATURE = "https://www.alibabacloud.com/help/en/functioncompute/signature-authentication"
JWT = "https://www.alibabacloud.com/help/en/functioncompute/fc/configure-jwt-authentication-for-an-http-trigger"
REWRITE = "https://help.aliyun.com/zh/functioncompute/configure-a-rewrite-policy"
WEBSOCKET = "https://help.aliyun.com/document_detail/71229.html"
DOMAINS = "https://www.alibabacloud.com/help/doc-detail/90763.htm"
FC3_API = "https://help.aliyun.com/zh/functioncompute/fc-3-0/developer-reference/api-fc-2023-03-30-invokefunction"
GET_FUNCTION = "https://help.aliyun.com/zh/functioncompute/fc-3-0/developer-reference/api-fc-2023-03-30-getfunction"
FC2_API = "https://help.aliyun.com/zh/functioncompute/fc-2-0/developer-reference/api-invokefunction"
HTTP_SEMANTICS = "https://www.rfc-editor.org/rfc/rfc9110"
HTTP_1 = "https://www.rfc-editor.org/rfc/rfc9112"


def limits(*contract: str) -> Source:
    """The limits section of the product page."""
    return Source(contract, WEB, "使用限制")


def http_call(*contract: str) -> Source:
    """The HTTP call section of the product page."""
    return Source(contract, WEB, "HTTP调用（推荐）")


def api_call(*contract: str) -> Source:
    """The API call section of the product page."""
    return Source(contract, WEB, "API调用")


def get_function(*contract: str) -> Source:
    """The page of GetFunction."""
    return Source(contract, GET_FUNCTION, "返回参数")


def errors(*contract: str) -> Source:
    """The page of error codes."""
    return Source(contract, ERRORS, "Error codes")


def http_errors(*contract: str) -> Source:
    """The page that tells which failure gives which status."""
    return Source(contract, HTTP_FAQ, "HTTP 触发器状态码")


def rfc9110(section: str, *contract: str) -> Source:
    """A section of HTTP semantics."""
    return Source(contract, f"{HTTP_SEMANTICS}#section-{section}", f"RFC 9110 {section}")


def rfc9112(section: str, *contract: str) -> Source:
    """A section of HTTP/1.1."""
    return Source(contract, f"{HTTP_1}#section-{section}", f"RFC 9112 {section}")
