"""Every code that a worker may meet, with what it means and what to do: one sentence each, no logic.

Codes of the server, of `sync` and of the field client stand in one table, because a worker cannot tell them apart.
"""

from typing import Any

SENTENCES = {
    # device, keys, lock
    "device.not_enrolled": "本机还没有登记。请先运行 field-client enrol 登记设备。",
    "device.already_enrolled": "本机已经登记过。换人使用请另用 --home 指定一个文件夹。",
    "device.files_damaged": "登记文件缺失或损坏,打不开本机数据。请不要删除任何文件,联系管理员。",
    "device.revoked": "这台设备已被停用。请联系管理员;本机未上传的内容仍然保留。",
    "device.wiped": "这台设备已按办公室的要求抹除:未上传的内容已交回办公室,本机数据已删除。要继续使用,请联系管理员后重新登记。",
    "farewell.incomplete": "未上传的内容还没有交齐,本机数据没有动。请再同步一次。",
    "farewell.proof_invalid": "服务器没有认出这台设备,本机数据没有动。请联系管理员。",
    "device.proof_invalid": "服务器没有认出这台设备。请联系管理员核对设备登记。",
    "pin.wrong": "PIN 不对,请重新输入。",
    "pin.wait": "试错太多,请 {seconds} 秒后再试。内容都在。",
    "pin.password_needed": "PIN 连错 3 次,请改用登记时的登录密码解锁:field-client unlock --password-stdin。内容都在。",
    "password.wrong": "密码不对。请用登记这台设备时的登录密码。",
    "password.not_kept": "这台设备登记得早,没有存密码锁,只能用 PIN 解锁。",
    "user.choose": "这台设备有几位使用人,请用 --user 指定一位:{known}。",
    "user.unknown": "这台设备上没有这位使用人。已登记的有:{known}。",
    "pin.needed": "本机已锁定。请运行 field-client unlock 输入 PIN,或加 --pin-stdin。",
    "pin.differs": "两次输入的新 PIN 不一样，请再输一次。",
    "pin.too_short": "PIN 至少 4 位,请换一个。",
    "password.needed": "需要登录密码。请在终端里运行,或加 --password-stdin 从标准输入读取。",
    "server.address": "服务器地址不对,应以 http:// 或 https:// 开头。",
    "lease.over": "离线已超过期限,本机名册暂时不显示。请找有网络的地方同步一次,马上恢复。"
    "草稿和没有上传的内容都在;现在也可以按户编号新建走访。",
    # storage
    "storage.full": "存储空间不足,刚才的内容没有保存,以前的内容都在。请清理空间后再试一次。",
    "storage.photos_stopped": "存储空间快满了,暂停拍照,文字照常保存。请运行 field-client storage free 清理已存证的照片。",
    "storage.busy": "本机数据正被另一个程序使用,请稍等几秒再试。",
    "storage.damaged": "本机数据文件校验没有通过。请不要继续录入,运行 field-client doctor 并联系管理员。",
    "storage.sound": "本机数据文件完好,不需要恢复;什么都没有改动。",
    "snapshot.none": "数据文件读不出来,也没有可用的快照。请不要删除任何文件,联系管理员。",
    "storage.newer": "本机数据由更新的版本建立,请先升级程序。",
    "file.unreadable": "读不到这个文件,请检查路径和权限。",
    # connection
    "connection.none": "连不上服务器。内容都保存在本机,有网络时再同步即可。",
    "connection.cut": "连接中断。已收到的部分都已保存,再同步一次会接着进行。",
    "server.busy": "服务器正忙,内容都保存在本机,过一会儿再同步即可。",
    "server.again": "请过 {wait} 再试。",
    "server.full": "服务器存储空间不足,照片先留在本机,请过一会儿再同步。",
    "server.unreadable": "服务器的回答无法识别,本机数据没有改动。请检查服务器地址或稍后再试。",
    "server.refused": "服务器没有接受({code})。内容仍在本机,请联系管理员。",
    "session.wrong_password": "用户名或密码不对,请重新输入。",
    "session.too_many_tries": "试错次数太多,请稍后再试。",
    "client.too_old": "本机程序太旧:录入的内容照常上交,但要升级到 {version} 才能再取回新数据。",
    # bundles on a stick
    "bundle.key_missing": "本机还不知道办公室的密钥,不能导出数据包。请先联网同步一次。",
    "bundle.not_written": "数据包没有写成,本机内容都在。请检查 U 盘是否插好、可写,空间是否足够,或换个文件夹再试。",
    "bundle.unknown": "这不是掌上办的数据包文件,请核对。",
    "bundle.newer": "数据包由更新的版本写成,请先升级程序再导入。",
    "bundle.not_ours": "这个回执不是给本机的,或文件开头已损坏。请核对文件。",
    "bundle.forged": "回执的签名不对,没有导入任何内容。请联系管理员。",
    "bundle.damaged": "回执文件不完整或已损坏,完好的部分已收下。请重新拷贝一次再导入,重复导入无害。",
    # households, tasks, persons
    "household.unknown": "本机没有这户家庭。请核对编号,或先同步。",
    "suggestion.invalid": "有一项填得不对：{problems}。",
    "suggestion.nobody": "这户在本机没有成员记录，不能测算。请先同步，或核对名册。",
    "person.unknown": "本机没有这个人。请核对编号,或先同步。",
    "person.other_household": "这个人不在本次走访的家庭里,请核对。",
    "person.field_unknown": "人员信息里没有“{field}”这一项。可以改的有:{known}。",
    "person.field_invalid": "“{field}”的内容格式不对,请核对。",
    "search.too_short": "请至少输入两个字(或两个拼音首字母、两位数字)。",
    "input.pair": "请写成“名称=内容”,例如 phone=13800000000。",
    # visits
    "visit.unknown": "没有这次走访。请用 field-client visits list 查看编号。",
    "visit.kind_unknown": "没有这种走访。可选:{known}。",
    "visit.sealed": "这次走访已经签封,不能再改。需要补正请运行 field-client visits amend。",
    "visit.not_sealed": "这次走访还没有签封,可以直接修改,不需要补正。",
    "visit.not_own": "这次走访不是本机签封的,请由原调查人员补正。",
    "visit.incomplete": "还不能签封:{missing}",
    "visit.too_large": "这次走访的内容太多,不能签封。请缩短文字或减少题目答案。",
    "visit.investigator_missing": "缺少第二名调查人员:至少 {count} 名调查人员要参加并签字",
    "visit.investigator_signature_missing": "调查人员签字不足:至少 {count} 名调查人员要签字",
    "visit.household_signature_missing": "缺少家庭成员签字;不签的请写明原因(--refused)",
    "visit.identity_missing": "身份核验还没有完成:可用人脸、证件、监护人或双人见证任一方式",
    "visit.mode_unknown": "没有写明走访方式(入户、电话或视频)",
    "visit.question": "{label}:{message}",
    "amendment.empty": "补正里还没有改动。请先修改答案、补照片或签字。",
    "amendment.field": "补正时只能改答案、补照片和签字;地点和身份核验以原走访为准。",
    "answer.refused": "“{label}”没有保存:{message}",
    "repeat.unknown": "表里没有这一项,或它的数目由表单计算,不能增减。请刷新页面再看。",
    "repeat.nothing_removed": "没有可以恢复的内容。",
    "attachment.question": "这道题不收文件。请核对题目。",
    "attachment.empty": "文件是空的,没有保存。请重新选择。",
    "attachment.too_large": "文件超过 {limit} MB,没有保存。请分段录音或压缩后再选。",
    "form.not_newer": "这张表没有更新的版本。",
    "form.unknown": "本机没有这张表。请先同步;现有的表:{known}。",
    "form.choose": "有几张表可用,请用 --form 选择一张:{known}。",
    "form.unreadable": "这张表的格式本机不认识,请升级程序后再用。",
    "lead.incomplete": "还没有写:{missing}。",
    "lead.code_unknown": "没有这一项。可选:{known}。",
    "lead.village_unknown": "请写明是哪个村。本机有:{known}。",
    "lead.too_long": "写得太长了,请简短一些:电话 64 字以内,其他每项 4000 字以内。",
    "lead.unknown": "本机没有这条线索。",
    "place.invalid": "位置不对:纬度在 -90 到 90,经度在 -180 到 180,精度是不小于 0 的米数。",
    "place.time_invalid": "卫星时间的格式不对,应写成 2026-07-01T08:00:00.000Z(世界时)。",
    # signatures and identity
    "signature.role_unknown": "签字人身份只能是 investigator(调查人员)或 household(家庭成员)。",
    "signature.nothing": "请给出签字图片(--image),家庭不签的请写明原因(--refused)。",
    "signature.refused_by_investigator": "调查人员必须签字,不能写“拒签”。",
    "staff.unknown": "没有找到这位工作人员。请核对姓名或编号,或先同步人员名单。",
    "staff.ambiguous": "有几位工作人员同名,请用编号指定。",
    "identity.reason_unknown": "没有这个原因代码。可选:{known}。",
    "identity.photos_missing": "人脸比对需要一张参考照片(--reference)和至少一张现场照片(--live)。",
    "identity.consent_missing": "人脸比对前要先念告知书并单独征得同意:用 --consent 给出同意书照片;不同意用 --consent declined。",
    "identity.consent_unreadable": "同意书应是照片(JPEG、PNG、WebP)或 JSON 文件,请换一个文件。",
    "identity.consent_declined": "本人不同意人脸比对,请直接改用其他方式,不需要说明理由。",
    "identity.consent_withdrawn": "同意已经撤回,不能再做人脸比对,请改用其他方式。",
    "identity.consent_other_notice": "告知内容已更新,请重新念告知书并征得同意。",
    "identity.consent_guardian_needed": "未满规定年龄,须由监护人同意并写明姓名和关系(--guardian 姓名:关系);"
    "也可以直接改用其他方式,一样方便。",
    "identity.guardian_missing": "没有写监护人的姓名和关系,已照常记录;请尽量补上(--name 姓名:关系)。",
    "identity.witness_missing": "没有写满两名见证人的姓名,已照常记录;请尽量补上(--name 写两次)。",
    "identity.nothing_to_withdraw": "没有可以撤回的人脸同意或留存。",
    "identity.challenge_unknown": "转头的提示已失效,请重新打开拍照页面再拍。",
    "card.reader_missing": "本机没有安装证件识别组件,请手工填写。安装:pip install 'zhangshangban[card]'",
    "card.not_seen": "没有认出身份证正面。请把证件放平、占满画面、避开反光后重拍,或手工填写。",
    "card.photo": "这个文件不是完整的照片,请重新拍摄证件,或手工填写。",
    "card.number": "身份证号码不对:{why}",
    "card.nothing_confirmed": "还没有勾选核对过的项目;没有要改的,点“不改，返回”。",
    "face_policy.refused": "阈值文件没有办公室的有效签名,或内容不对。仍使用原来的阈值。",
    "identity.tries_used": "人脸比对次数已用完。请改用证件、监护人或双人见证;不影响继续办理。",
    # photos
    "photo.empty": "照片文件是空的,请重新拍摄。",
    "photo.too_large": "照片超过 40 MB 或 6000 万像素,请调低相机分辨率后重拍。",
    "photo.not_an_image": "这个文件不是照片(支持 JPEG、PNG、WebP),请换一个文件。",
    "photo.damaged": "照片文件不完整或已损坏,请重新拍摄。",
    "photo.unknown": "这次走访里没有这张照片，请刷新页面再看。",
    "photo.answers": "这张照片是题目的答案，请到那道题更换。",
    "photo.kind_unknown": "没有这种照片。可选:{known}。",
    "media.missing": "本机找不到这张照片的文件。",
    "media.damaged": "这张照片在本机的文件已损坏,没有上传。",
    # uploads and receipts
    "upload.unknown": "没有这张待传的照片,或编号太短。请用 field-client uploads list 查看。",
    "budget.spent": "已到设定的流量上限,其余下次同步接着传。",
    "upload.refused": "服务器没有接受这张照片({code})。",
    "upload.checksum": "照片数据在传输中受损,会自动重传。",
    "upload.metadata": "照片的登记信息不完整,服务器没有接受。请重试;还不行就导出照片,联系管理员。",
    "upload.offset": "上传位置对不上,下次会从断点继续。",
    "upload.not_found": "服务器上的上传任务已过期,下次会重新开始。",
    "body.too_large": "照片超过服务器允许的大小,没有上传。请导出照片,联系管理员。",
    "permission.denied": "当前账号没有权限办理这一项。内容仍在本机,请联系管理员。",
    "receipt.none": "还没有收到存证回执。照片全部上传后,再同步一次即可收到。",
    "receipt.forged": "回执的签名不对,不能作为存证。请联系管理员,不要删除照片。",
    # outcomes
    "right.ended": "做这项工作时已不在您的岗位范围内,已交到办公室,等待确认后生效。",
    "right.in_doubt": "说不清做这项工作的时间,已交到办公室,等待确认后生效。",
    "schema.newer": "服务器版本较旧,还不认识这一条,已原样收下,升级后由办公室确认。",
    "record.waits": "所改的记录还在等办公室确认,这一条一并等待。",
    "outcome.refused": "服务器没有接受这一条,原内容保留在本机,可导出。",
}

HELD_KINDS = {
    "conflict": "别人也改了",
    "proposal": "更正建议",
    "removed": "这条记录已被移除",
    "work": "等办公室确认",
}
HELD_STATES = {"open": "等审核人员决定", "accepted": "已采纳", "refused": "未采纳"}
"""What the office held, and where it stands."""

STATES = {
    "draft": "草稿",
    "waiting": "等待网络",
    "uploading": "上传中 {sent}/{total} 张",
    "received": "服务器已收",
    "receipted": "已存证 {sent}/{total}",
    "returned": "被退回",
    "amending": "补正中",
    "approved": "已通过",
    "trouble": "需处理",
}
"""Where a visit stands, in the words of every list and page."""


ANSWER_PHOTO = "other"  # What a photo is kept as that answers a question of the form; its caption is the question.

DEFERRED = "已搁置,点“重试”后再传。"
STORAGE = {
    "warn": "存储已用过八成,有回执的照片可以清理:field-client storage free",
    "alarm": "存储已用过九成,请尽快清理有回执的照片:field-client storage free",
}
LANES = {"previews": "预览图", "papers": "签名和证明材料", "photos": "照片"}
"""What travels on each lane."""

LEAD_STATES = {"waiting": "待上传", "refused": "服务器没有接受"}
"""Where a lead stands while the office has not taken it in; the rest is `sync.records.labels`."""
NO_VILLAGE = "还没有村的数据,请先同步"

TASK_STATES = {"planned": "待走访", "started": "走访中", "sealed": "已签封"}

FINDINGS = {
    "structure": {"ok": "数据文件完好。", "bad": "数据文件有损坏。请停止录入,先同步,再联系管理员。"},
    "photos": {
        "ok": "{count} 个照片和签名文件完好。",
        "bad": "{count} 个照片和签名文件中有 {bad} 个缺失或损坏。请联系管理员,必要时补拍。",
    },
    "leftovers": {"ok": "没有归属的照片文件 {count} 个,不影响使用。", "bad": ""},
    "outbox": {"ok": "待上传的修改 {count} 条,编号连续。", "bad": "待上传的修改编号不连续。请联系管理员。"},
    "buckets": {
        "ok": "{count} 个数据包与服务器最近一次的校验一致。",
        "bad": "{count} 个数据包中有 {bad} 个与服务器不一致。请同步,系统会自动重取;未上传的内容不受影响。",
    },
}
"""What `doctor` says of each thing that it checks."""

BLUR_HINT = "照片可能不清楚,建议重拍(已保存)。"


def span(seconds: int) -> str:
    """Say how long a pause is, never shorter than it is: 45 秒, 3 分钟."""
    return f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"


def text(code: str, /, **details: Any) -> str:
    """Give the sentence of a code, with its facts filled in; an unknown code is shown as it is."""
    sentence = SENTENCES.get(code)
    return sentence.format(**details) if sentence else f"没有办成({code})。内容仍在本机,请联系管理员。"
