"""Every word of the page that is ours, in Chinese and English, once.

Templates name these by attribute (`t.REQUEST`); models carry them where a choice was made. Sentences that
depend on an exchange are in sentences.py. Must not know: exchanges.
"""

from __future__ import annotations

from audit.words import Text
from gateway import traits

# The frame
TITLE = Text("FC 网关审计", "FC gateway audit")
SKIP = Text("跳到当前调用", "Skip to the exchange")
RECORDING = Text("录制", "Recording")
RULES = Text("规则集", "ruleset")
LANGUAGE = Text("English", "中文")
THEME_SYSTEM = Text("跟随系统", "System")
THEME_LIGHT = Text("浅色", "Light")
THEME_DARK = Text("深色", "Dark")
THEME = Text("主题", "Theme")
HELP = Text("快捷键与过滤语法", "Keys and filter language")
LIST = Text("调用列表", "Exchanges")
BACK = Text("← 列表", "← List")
FILTER = Text("过滤", "Filter")
FILTER_HINT = Text("路径、状态、规则…  如 status:>=400", "path, status, rule…  e.g. status:>=400")
CLEAR = Text("清除过滤", "Clear the filter")
NOTHING = Text("没有符合条件的调用。", "No exchange matches.")
EMPTY = Text("这份录制里还没有调用。", "This recording holds no exchange yet.")
SHOWN = Text("显示", "Shown")
MOVE = Text("移动", "move")
KEY_HELP = Text("帮助", "help")
CLOSE = Text("关闭", "Close")
SORT = Text("排序", "Sort")
SORTS = (
    ("arrival", Text("按到达顺序", "by arrival")),
    ("newest", Text("最新在前", "newest first")),
    ("slowest", Text("最慢在前", "slowest first")),
    ("status", Text("按状态", "by status")),
)
SEALED = Text(
    "{exchanges} 次调用中有 {count} 个敏感值已封存，以带点下划线的代号显示；不能保证没有遗漏。",
    "Sealed secret values on this page: {count}, in {exchanges} of its exchanges; each shows as a dotted pseudonym. "
    "No guarantee that none was missed.",
)
NEEDS_SCRIPT = Text(
    "这份录制较大，详情以压缩形式存放，需要脚本才能展开。",
    "This recording is large: its details are stored compressed and need scripting to unfold.",
)
FOOTER = Text(
    "本页由 fc-replay 根据录制生成，不向外发出任何请求。",
    "Made by fc-replay from the recording. This page sends no request anywhere.",
)

# The live page
LIVE = Text("实时", "live")
LIVE_STATES = (
    ("live", Text("实时接收中", "following")),
    ("paused", Text("已暂停", "paused")),
    ("lost", Text("正在连接…", "connecting…")),
    ("ended", Text("已断开：请打开代理现在打印的地址", "ended: open the address that the proxy prints now")),
)
PAUSE = Text("暂停", "Pause")
GO_ON = Text("继续", "Go on")
EXPORT_SHOWN = Text("导出所示调用", "Export what is shown")
REPLAY_IT = Text("重放到 {to}", "Replay to {to}")
LIVE_NEEDS_SCRIPT = Text("实时页面需要脚本。", "A live page needs scripting.")
WAITING = Text("等待第一次调用…", "Waiting for the first call…")
LIVE_FOOTER = Text(
    "本页由 fc-replay 在本机提供，只与它自己的地址通信。",
    "Served by fc-replay on this machine. This page talks to its own address alone.",
)

# Chips of the list: (key, words, filter expression)
CHIPS = (
    ("all", Text("全部", "All"), ""),
    ("unexplained", Text("无规则解释", "Unexplained"), "is:unexplained"),
    ("changed", Text("有改写", "Changed"), "is:changed"),
    ("rejected", Text("被拒绝", "Rejected"), "is:rejected"),
    ("failed", Text("失败", "Failed"), "is:failed"),
    ("differs", Text("状态不一致", "Status differs"), "is:differs"),
    ("api", Text("API", "API"), "mode:api"),
    ("async", Text("异步", "Async"), "mode:async"),
)

# How a call came in
HTTP_TRIGGER = Text("HTTP 触发器", "HTTP trigger")
CUSTOM_DOMAIN = Text("自定义域名", "Custom domain")
INVOKE_API = Text("InvokeFunction API", "InvokeFunction API")
ASYNC = Text("异步调用", "Async invocation")
ASYNC_API = Text("InvokeFunction API · 异步", "InvokeFunction API · async")
HOOK = Text("实例生命周期回调", "Lifecycle hook")
EGRESS = Text("函数发出的调用", "Outgoing call")
DELIVERY = Text("异步投递 · 第 {attempt} 次", "Async delivery · attempt {attempt}")

# The path
CLIENT = Text("客户端", "Client")
GATEWAY = Text("FC 网关", "FC gateway")
SERVER = Text("你的服务", "Your server")
FUNCTION = Text("函数", "Function")
EGRESS_PORT = Text("出口代理", "Egress proxy")
CALLED = Text("被调用方", "The other side")
PATH_TITLE = Text("请求路径", "The way of the call")
NEVER_REACHED = Text("未到达你的服务", "never reached your server")
NEVER_CONNECTED = Text("未到达对方", "never reached the other side")
DELIVERED_LATER = Text("稍后异步投递", "delivered later")
NOT_YET = Text("尚未发出", "not sent yet")
NO_ANSWER = Text("没有完整响应", "no whole answer")
UNCHANGED = Text("未改写", "unchanged")
PHASE_RECEIVE = Text("接收请求", "receive")
PHASE_CHECK = Text("检查与改写", "check & rewrite")
PHASE_START = Text("冷启动", "cold start")
PHASE_SERVER = Text("你的服务", "your server")
PHASE_STREAM = Text("响应体", "response body")
PHASE_SEND = Text("改写与发送", "rewrite & send")
PHASE_WAIT = Text("等待与应答", "wait & answer")
PHASE_ANSWER = Text("检查与应答", "check & answer")
TOTAL = Text("总计", "total")

# Cards
REQUEST = Text("请求", "Request")
RESPONSE = Text("响应", "Response")
CLIENT_SENT = Text("客户端发出", "Client sent")
SERVER_RECEIVED = Text("→ 服务收到", "→ Server received")
CLIENT_RECEIVED = Text("客户端收到", "Client received")
SERVER_RETURNED = Text("← 服务返回", "← Server returned")
FUNCTION_SENT = Text("函数发出", "Function sent")
OTHER_RECEIVED = Text("→ 对方收到", "→ Other side received")
FUNCTION_RECEIVED = Text("函数收到", "Function received")
OTHER_RETURNED = Text("← 对方返回", "← Other side returned")
HEADERS = Text("请求头", "Headers")
RESPONSE_HEADERS = Text("响应头", "Headers")
PATH = Text("路径", "Path")
BODY = Text("消息体", "Body")
THE_HEADERS = Text("请求头", "the request headers")
THE_PATH = Text("路径（含查询参数）", "path and query together")
THE_BODY = Text("消息体", "the bytes of the body")
THE_RESPONSE_HEADERS = Text("响应头", "the response headers")
UNCHANGED_HEADERS = Text("个未改动的头", "unchanged headers")
UNCHANGED_HEADER = Text("个未改动的头", "unchanged header")
EMPTY_HEADERS = Text("另有 {count} 个空值的头", "{count} more with empty values")
ORDER_ONLY = Text("头的内容相同，只是顺序不同。", "Same headers, in another order.")
MADE_BY_GATEWAY = Text("由网关生成", "made by the gateway")
NO_CLIENT_REQUEST = Text("没有可解析的请求", "no request that could be read")
NOTHING_SENT_BACK = Text("客户端没有收到响应", "nothing was sent back to the client")
FUNCTION_GOT_NOTHING = Text("函数没有收到完整响应", "the function got no whole answer")
SERVER_DID_NOT_ANSWER = Text("你的服务没有给出完整响应", "your server gave no whole answer")
DOCS = Text("文档", "docs")
WHY = Text("原因", "why")
UNEXPLAINED = Text("无规则解释", "unexplained")
INTERIM = Text("服务在响应之前先发了：{told}。", "Before its answer the server sent: {told}.")
UNEXPLAINED_PARTS = Text("没有规则解释的差异：", "No rule explains these differences:")
LEGS = {"request": Text("请求", "request"), "response": Text("响应", "response")}
PARTS = {
    "method": Text("方法", "method"),
    "target": Text("路径", "target"),
    "version": Text("协议版本", "version"),
    "status": Text("状态", "status"),
    "headers": Text("头", "headers"),
    "body": Text("消息体", "body"),
    "trailers": Text("尾部字段", "trailers"),
    "message": Text("整个消息", "the whole message"),
    "interim": Text("临时响应", "the interim answers"),
}
LEG_PART = Text("{leg}的{part}", "{part} of the {leg}")
SIGNS = (
    ("−", Text("已移除", "removed")),
    ("+", Text("已附加", "added")),
    ("~", Text("已改写", "changed")),
    ("✕", Text("被拦下", "stopped")),
    ("→", Text("稍后投递", "later")),
    ("=", Text("未改动", "unchanged")),
)
EVIDENCE = (
    ("documented", Text("官方文档", "documented")),
    ("observed", Text("实测观察", "observed")),
    ("assumed", Text("本工具的假设", "assumed")),
)

# Bodies
BODY_NONE = Text("无消息体", "no body")
BODY_SAME = Text("＝ 两侧一致", "= identical on both sides")
BODY_DIFFERENT = Text("≠ 两侧不同，从第 {offset} 字节起", "≠ different, from byte {offset} on")
BODY_VALUES = Text("≈ 值相同，字节不同（空白或键的顺序）", "≈ same values, different bytes (white space or key order)")
BODY_ONE_SIDE = Text("只有一侧有消息体", "one side only")
BODY_NOT_SENT = Text("未发给你的服务", "not sent to your server")
BODY_GATEWAY = Text("由网关生成", "made by the gateway")
BODY_DIGEST = Text("≠ 两侧不同（按摘要比较）", "≠ different (by digest)")
VIEW_PRETTY = Text("美化", "Pretty")
VIEW_RAW = Text("原始", "Raw")
VIEW_HEX = Text("十六进制", "Hex")
VIEW_IMAGE = Text("预览", "Preview")
VIEW_FORM = Text("表单", "Form")
VIEW_PARTS = Text("分段", "Parts")
VIEW_EVENTS = Text("事件", "Events")
CUT = Text(
    "这里显示前 {shown}，完整内容（{whole}）在录制文件里。", "First {shown} of {whole}; the rest is in the recording."
)
DECODED = Text("已按 {coding} 解码：{before} → {after}", "decoded from {coding}: {before} → {after}")
DECODE_CUT = Text("解码在 {limit} 处停下（大小或压缩比超出预算）", "decoding stopped at {limit} (size or ratio budget)")
DECODE_FAILED = Text(
    "声明为 {coding}，但无法解码，显示原始字节", "announced as {coding} but does not decode; shown as it is"
)
DECODED_COPY = Text("解码后的副本，其中的敏感值已封存", "decoded copy, secrets sealed")
PARTS_CUT = Text("这里显示前 {shown} 项", "first {shown} entries")
IMAGE_TOO_BIG = Text("图片过大，不在页内显示（{size}）", "image too large for the page ({size})")
UNKNOWN_PIECES = Text("录制里没有这份消息体的内容", "the recording holds no bytes of this body")

# WebSocket messages
MESSAGES = Text("WebSocket 消息", "WebSocket messages")
FROM_CLIENT = Text("客户端", "client")
FROM_SERVER = Text("服务", "server")
MESSAGE_KINDS = {
    "text": Text("文本", "text"),
    "binary": Text("二进制", "binary"),
    "close": Text("关闭", "close"),
    "ping": Text("ping", "ping"),
    "pong": Text("pong", "pong"),
    "other": Text("保留类型", "reserved"),
}
MESSAGE_CODINGS = {
    "inflated": Text("已解压", "decompressed"),
    "compressed": Text("无法解压", "still compressed"),
    "cut": Text("不完整", "incomplete"),
}
MESSAGE_SENDER = Text("方向", "From")
MESSAGE_TIME = Text("时间", "Time")
MESSAGE_KIND = Text("类型", "Kind")
MESSAGE_SIZE = Text("大小", "Size")
MESSAGE_CONTENT = Text("内容", "Content")
MESSAGES_CUT = Text(
    "这里显示前 {shown} 条，共 {whole} 条；其余在录制文件里。",
    "First {shown} of {whole}; the rest is in the recording.",
)

# More cards
LOG = Text("函数日志", "Function log")
RESULT = Text("结果目标本应收到的事件（未发送）", "What its destination would get (nothing is sent)")
RAW = Text("无法解析的原始字节", "Bytes that could not be parsed")
ADVICE = Text("真实平台上还会发生", "On the real platform")
ADVICE_NOTE = Text(
    "本次运行没有执行这些规则（证据级别低于 fc_evidence）。",
    "This run did not enforce these rules (their evidence is below fc_evidence).",
)
COPIES = Text("可复制的内容", "To take away")
COPIED = Text("已复制", "Copied")
COPY_CLIENT = Text("复制 curl（客户端）", "Copy curl (client)")
COPY_OUTWARD = Text("复制 curl（函数发出的）", "Copy curl (as the function)")
COPY_SERVER = Text("复制 curl（直连服务）", "Copy curl (server)")
COPY_REPLAY = Text("复制重放命令", "Copy replay command")
COPY_RAW = Text("复制原始报文", "Copy raw HTTP")
COPY_LINK = Text("复制链接", "Copy link")
TAKE_CLIENT = Text("curl（客户端）", "curl (as the client)")
TAKE_OUTWARD = Text("curl（函数发出的）", "curl (as the function)")
TAKE_SERVER = Text("curl（直连服务）", "curl (straight to the server)")
TAKE_REPLAY = Text("重放命令", "replay command")
TAKE_RAW = Text("原始报文", "raw HTTP")
LONG_VALUE = Text("共 {size} 字节，展开其余部分", "{size} bytes in all, show the rest")
PARENT = Text("受理这次异步调用的交换", "The call that was accepted")
CHILD = Text("异步投递", "Its delivery")
TASK = Text("异步任务 {name}：{state}，已投递 {attempts} 次", "Task {name}: {state}, attempts: {attempts}")
TASK_DUE = Text("，下一次在 {time} UTC", ", the next at {time} UTC")
TASK_ERROR = Text("，上一次的错误：{error}", ", the last failed: {error}")
TASK_RESULT = Text(
    "；结果本应发往 {target}（{condition}），这里不发送",
    "; its result would go to {target} ({condition}), nothing is sent",
)
CAUSE = Text("函数在处理这次调用时发出了它", "The function made it while it served")
OUTGOING = Text("函数发出的调用", "Outgoing call")

# The replay comparison
REPLAY = Text("重放对比", "Replay comparison")
REPLAY_SAME = Text("一致", "same")
REPLAY_DIFFERENT = Text("有差异", "different")
REPLAY_MISSING = Text("没有得到响应", "no answer came")
REPLAY_SKIPPED = Text("未重放", "not replayed")
REPLAY_RECORDED = Text("录制时", "Recorded")
REPLAY_NOW = Text("重放时", "Now")
REPLAY_FORGIVEN = Text("允许不同、不计入的：", "Allowed to differ, not counted:")

# Comparing two exchanges
COMPARISON = Text("对比", "Comparison")
NOTHING_HERE = Text("这一侧没有", "nothing on this side")
SIDES = {
    "client": Text("客户端一侧所见", "as the client saw them"),
    "server": Text("服务一侧所见", "as the server saw them"),
}

# Comparing two recordings
CAME = {
    "same": Text("相同", "same"),
    "changed": Text("有变化", "changed"),
    "reordered": Text("顺序不同", "reordered"),
    "missing": Text("缺少", "missing"),
    "extra": Text("多出", "extra"),
}
TWO_RECORDINGS = Text("左：{left} · 右：{right}", "left: {left} · right: {right}")
SIDE_BY_SIDE = Text("逐次对比", "Call by call")
LEFT_OUT = Text("另有 {count} 次调用只在列表中。", "{count} more are in the list alone.")
MOVED = Text("位置也不同", "in another place too")
COMPARE_CHIPS = (
    ("all", Text("全部", "All"), ""),
    *((came, words, f"is:{came}") for came, words in CAME.items()),
)

# The summary
SUMMARY = Text("概览", "Summary")
SUMMARY_UNEXPLAINED = Text("没有规则解释的差异", "Differences that no rule explains")
SUMMARY_OUTCOMES = Text("发生了什么", "What happened")
SUMMARY_NEAR = Text("接近或超过上限（80 % 起）", "Near or over a limit (80 % and more)")
SUMMARY_PHASES = Text("时间花在哪里", "Where the time went")
PHASE_SHARE = Text("占比", "share")
PHASE_MEDIAN = Text("中位数", "median")
PHASE_P95 = Text("95 %", "95 %")
PHASE_LONGEST = Text("最长", "longest")
MORE = Text("另有 {count} 次", "and {count} more")
SUMMARY_SLOWEST = Text("最慢的调用", "Slowest calls")
SUMMARY_ASYNC = Text("异步调用与投递", "Asynchronous calls and their deliveries")
SUMMARY_RULES = Text("触发的规则", "Rules that spoke")
SUMMARY_RULES_NOTE = Text(
    "按涉及的调用数排列；点规则名可过滤。", "By number of calls; a click on a rule filters by it."
)
PASSED = Text("请求与响应都到达", "delivered both ways")
CHANGED_ON_THE_WAY = Text("有改写", "changed on the way")
STATUS_DIFFERS = Text("客户端与服务的状态不一致", "client and server saw different statuses")
REJECTED = Text("被网关拒绝", "rejected by the gateway")
FAILED = Text("服务没有给出可用的响应", "no usable answer from the server")
DELIVERED = Text("异步投递", "asynchronous deliveries")
ADVISED = Text("真实平台上会有不同", "would go differently on the real platform")
ACTED = Text("{count} 次调用", "calls: {count}")
ADVISED_ONLY = Text("{count} 次仅提示", "advised only: {count}")
DELIVERIES = Text("投递：{ids}", "delivered as {ids}")
SLOW = Text("{total}，其中{phase} {time}", "{total}, of which {phase} {time}")

# Help dialog
KEYS = (
    (("/",), Text("聚焦过滤框", "go to the filter")),
    (("j", "k"), Text("下一条 / 上一条", "next / previous exchange")),
    (("s",), Text("打开概览", "open the summary")),
    (("u",), Text("展开 / 收起未改动的头", "unfold / fold unchanged headers")),
    (("c",), Text("复制 curl（客户端）", "copy curl (client)")),
    (("t", "l"), Text("切换主题 / 语言", "switch theme / language")),
    (("?",), Text("打开这个窗口", "open this dialog")),
    (("Esc",), Text("清除过滤、关闭窗口", "clear the filter, close the dialog")),
)
FILTERS = (
    ("status:>=400 status:4xx", Text("客户端看到的状态", "status that the client saw")),
    ("server:200", Text("服务返回的状态", "status that your server returned")),
    ("method:POST path:/api", Text("方法、路径，支持 *", "method, path, * allowed")),
    ("rule:req.strip.*", Text("触发的规则，支持 *", "rules that spoke, * allowed")),
    ("header:x-app", Text("任何一侧的头", "a header line of either side")),
    ("body:李雷", Text("消息体开头的文字", "text near the start of a body")),
    ("mode:async", Text("调用方式：{words}", "how it was called: {words}").format(words=" · ".join(traits.MODES))),
    ("is:rejected", Text("发生了什么：{words}", "what happened: {words}").format(words=" · ".join(traits.TRAITS))),
    ("state:open function:web", Text("状态、函数", "state, function")),
    ("time:>100 id:3-9", Text("耗时（毫秒）、编号", "duration (ms), number")),
    ("-path:/healthz", Text("前缀 - 表示排除", "a leading - excludes")),
)
