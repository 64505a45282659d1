"""The catalogue of refusals: one class each, with a stable code, a kind, and what the person reads.

Only server/api/problems.py turns a kind into an HTTP status. Details never carry personal data. docs/errors.md lists
every code; a test holds the two together.
"""

from enum import Enum
from typing import Any, ClassVar


class Kind(Enum):
    """What sort of refusal it is, in the office's words."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    STALE = "stale"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UNSUPPORTED = "unsupported"
    CHECKSUM = "checksum"
    BUSY = "busy"
    FULL = "full"


class DomainError(Exception):
    """A refusal: `code` (noun.reason) never changes its meaning; `detail` tells the person what to do next."""

    code: ClassVar[str]
    kind: ClassVar[Kind]
    title: ClassVar[str]
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "", **more: Any) -> None:
        super().__init__(self.code)
        self.detail = detail
        self.more = more


class SettingsInvalid(Exception):
    """The settings do not allow a start; says each fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("设置有误: " + "; ".join(faults))
        self.faults = faults


class WrongPassword(DomainError):
    """User name or password do not fit; which of the two is not said."""

    code, kind, title = "session.wrong_password", Kind.UNAUTHENTICATED, "用户名或密码不对"


class TooManyTries(DomainError):
    """Too many wrong passwords in a row; wait."""

    code, kind, title, retryable = "session.too_many_tries", Kind.TOO_MANY, "试错次数太多, 请稍后再试", True


class NotSignedIn(DomainError):
    """No valid access token or session cookie came with the request."""

    code, kind, title = "session.required", Kind.UNAUTHENTICATED, "请先登录"


class TokenReused(DomainError):
    """A refresh token came a second time: the whole family of tokens is revoked."""

    code, kind, title = "session.token_reused", Kind.UNAUTHENTICATED, "登录已失效, 请重新登录"


class FormExpired(DomainError):
    """A page's form came without its token: it was opened under another sign-in, or sent from elsewhere."""

    code, kind, title = "form.expired", Kind.FORBIDDEN, "这个页面已经过期, 没有提交任何内容"


class NotAllowed(DomainError):
    """The role does not allow this deed."""

    code, kind, title = "permission.denied", Kind.FORBIDDEN, "您没有办理此事的权限"


class SeparationOfDuty(DomainError):
    """Whoever investigated a case may not review it (domain.md, hard separations)."""

    code, kind, title = "permission.separation", Kind.FORBIDDEN, "调查人员不能审核自己的走访"


class OwnProposal(DomainError):
    """Whoever entered a value, or took part in the visit that shows it, does not decide on it."""

    code, kind, title = "permission.own_proposal", Kind.FORBIDDEN, "不能处理自己提出的修改"


class NotFound(DomainError):
    """There is no such thing, or the actor may not know of it."""

    code, kind, title = "record.not_found", Kind.NOT_FOUND, "没有找到"


class InputInvalid(DomainError):
    """The request's fields do not fit; `errors` names them."""

    code, kind, title = "input.invalid", Kind.INVALID, "填写的内容有误"


class Stale(DomainError):
    """Somebody else changed it in the meantime; nothing was overwritten."""

    code, kind, title = "record.stale", Kind.STALE, "内容已被他人更新, 请刷新后再办"


class StepNotAllowed(DomainError):
    """The record's state does not allow this step."""

    code, kind, title = "visit.step_not_allowed", Kind.CONFLICT, "当前状态不能执行此操作"


class DecisionMade(DomainError):
    """It was decided before, or the decision does not fit what waits."""

    code, kind, title = "conflict.decided", Kind.CONFLICT, "这一条现在不能这样处理"


class RecordInUse(DomainError):
    """The register still rests on this record."""

    code, kind, title = "record.in_use", Kind.CONFLICT, "这条记录还在使用, 不能移除"


class ReasonMissing(DomainError):
    """A return, a refusal, a decision on a held value or a removal needs a reason."""

    code, kind, title = "review.reason_missing", Kind.INVALID, "请写明理由"


class DeviceRevoked(DomainError):
    """The device was reported lost or taken out of service."""

    code, kind, title = "device.revoked", Kind.FORBIDDEN, "这台设备已停用, 请联系管理员"


class FarewellNotAsked(DomainError):
    """Nobody asked this device to take its leave, or it has done so."""

    code, kind, title = "farewell.not_asked", Kind.NOT_FOUND, "没有要这台设备交出数据并抹除"


class FarewellInvalid(DomainError):
    """The farewell's token or signature does not hold; it opens nothing else and nothing else opens it."""

    code, kind, title = "farewell.proof_invalid", Kind.UNAUTHENTICATED, "设备身份没有通过验证, 没有收下内容"


class SalvageIncomplete(DomainError):
    """The device says that it handed everything over, but a piece is not here."""

    code, kind, title, retryable = "farewell.incomplete", Kind.CONFLICT, "还有内容没有收到, 请继续交出", True


class DeviceRequired(DomainError):
    """Sync is for enrolled devices."""

    code, kind, title = "device.required", Kind.FORBIDDEN, "请先登记这台设备"


class DeviceProofInvalid(DomainError):
    """The device's answer to the challenge does not hold."""

    code, kind, title = "device.proof_invalid", Kind.UNAUTHENTICATED, "设备身份没有通过验证"


class MutationNotTaken(DomainError):
    """A device may not write this type of record, or not in this way."""

    code, kind, title = "record.not_taken", Kind.FORBIDDEN, "外勤设备不能这样修改这类记录"


class RecordExists(DomainError):
    """A record with this id is there already."""

    code, kind, title = "record.exists", Kind.CONFLICT, "这条记录已经存在"


class MessageMalformed(DomainError):
    """Bytes that are no message of the sync protocol."""

    code, kind, title = "sync.malformed", Kind.INVALID, "同步数据无法识别, 本机数据没有丢失"


class BundleUnknown(DomainError):
    """The file is no bundle."""

    code, kind, title = "bundle.unknown", Kind.INVALID, "这不是掌上办的数据包文件"


class BundleNewer(DomainError):
    """A later release wrote the bundle, in a form that this one does not read."""

    code, kind, title = "bundle.newer", Kind.UNSUPPORTED, "数据包由更新的版本导出, 本机版本读不了"


class BundleNotOurs(DomainError):
    """The bundle is sealed to another office or device, or its header is damaged."""

    code, kind, title = "bundle.not_ours", Kind.INVALID, "这个数据包不是给这里的, 或开头已损坏"


class BundleForged(DomainError):
    """The bundle is not by the device that it names, or that device is not known here."""

    code, kind, title = "bundle.forged", Kind.FORBIDDEN, "数据包的签名不对, 没有导入任何内容"


class BundleDamaged(DomainError):
    """The bundle is cut or altered; what came before that place was taken in."""

    code, kind, title = "bundle.damaged", Kind.CHECKSUM, "数据包不完整或已损坏"


class BundleUnanswered(DomainError):
    """The bundle was taken in, but its answer could not be written where it was to lie."""

    code, kind, title = "bundle.unanswered", Kind.FULL, "数据包已收下, 但回执没有写成"


class BodyTooLarge(DomainError):
    """The body is larger than what this address takes, packed or unpacked."""

    code, kind, title = "body.too_large", Kind.TOO_LARGE, "发送的内容太大"


class EncodingUnsupported(DomainError):
    """The body's encoding is none that the server reads."""

    code, kind, title = "body.encoding", Kind.UNSUPPORTED, "不支持的压缩格式"


class FaceRecheckOff(DomainError):
    """The office looks at no comparison again: nobody turned it on, or there is no face engine here."""

    code, kind, title = "recheck.off", Kind.NOT_FOUND, "办公室没有开启人脸复核, 没有收下照片"


class FaceRecheckNotAgreed(DomainError):
    """The visit holds no consent to a second look at this comparison, or it was taken back; the bytes were not opened."""

    code, kind, title = "recheck.not_agreed", Kind.FORBIDDEN, "没有本人对上传复核的单独同意, 没有打开照片"


class FaceRecheckUnreadable(DomainError):
    """The photographs are not sealed to this office by this device for this comparison."""

    code, kind, title = "recheck.unreadable", Kind.INVALID, "复核的照片打不开, 没有保存"


class FaceRecheckBusy(DomainError):
    """Another comparison is being looked at."""

    code, kind, title, retryable = "recheck.busy", Kind.BUSY, "正在复核别的照片, 请稍后再试", True


class UploadOffsetWrong(DomainError):
    """The piece does not continue where the upload stands (tus 1.0)."""

    code, kind, title, retryable = "upload.offset", Kind.CONFLICT, "上传位置不对, 请从断点继续", True


class UploadChecksumWrong(DomainError):
    """The bytes do not have the hash that was announced (tus checksum extension; SHA-256 of the whole)."""

    code, kind, title, retryable = "upload.checksum", Kind.CHECKSUM, "照片数据在传输中受损, 请重传", True


class UploadBusy(DomainError):
    """Another connection is still writing this upload."""

    code, kind, title, retryable = "upload.busy", Kind.BUSY, "这张照片正在上传", True


class UploadGone(DomainError):
    """There is no such upload, or it expired."""

    code, kind, title = "upload.not_found", Kind.NOT_FOUND, "没有这个上传任务"


class UploadMetadataInvalid(DomainError):
    """The upload does not say its length and SHA-256."""

    code, kind, title = "upload.metadata", Kind.INVALID, "上传说明不完整"


class BackupUnsound(DomainError):
    """There is no such backup, or it cannot be used as it is; nothing was changed."""

    code, kind, title = "backup.unsound", Kind.CONFLICT, "备份不能使用"


class BackupFailed(DomainError):
    """A backup or a restore could not be done; the database is as it was."""

    code, kind, title = "backup.failed", Kind.CONFLICT, "备份或恢复没有做成"


class BackupProgramMissing(DomainError):
    """PostgreSQL's own programs are needed to back it up."""

    code, kind, title = "backup.program_missing", Kind.CONFLICT, "缺少备份程序"


class StorageFull(DomainError):
    """The server's disk is full; what was stored stays."""

    code, kind, title, retryable = "storage.full", Kind.FULL, "服务器存储空间不足, 请稍后再试", True


class RelativeBarred(DomainError):
    """Close kin of a household takes no part in its cases, whatever the role (57号文第十一条, domain.md 4.4)."""

    code, kind, title = "permission.relative", Kind.FORBIDDEN, "您与这一家有近亲属关系, 应当回避"


class HandsNotApart(DomainError):
    """Whoever investigated a case may not review it, and neither may decide it (domain.md, hard separations)."""

    code, kind, title = "permission.hands_not_apart", Kind.FORBIDDEN, "调查、审核、决定须由不同的人办理"


class CaseStepRefused(DomainError):
    """The procedure does not allow this step now; `errors` names each condition with its clause and what to do."""

    code, kind, title = "case.step_refused", Kind.CONFLICT, "这一步现在还不能办"


class CaseAlreadyOpen(DomainError):
    """The household has an application for this programme under way, or receives it."""

    code, kind, title = "case.already_open", Kind.CONFLICT, "同一项救助已有在办或在享的申请"


class PaperNotToBeAsked(DomainError):
    """What the office can confirm by sharing is not asked of the applicant (社会救助法第六十二条)."""

    code, kind, title = "case.paper_not_to_be_asked", Kind.INVALID, "这项材料不能要求申请人提供"


class PaperNotHere(DomainError):
    """The picture of a paper that a deed names has not arrived."""

    code, kind, title, retryable = "case.paper_not_here", Kind.CONFLICT, "材料的照片还没有上传完成", True


class MembersDiffer(DomainError):
    """An assessment must be of the whole household as it is registered: nobody is left out or added."""

    code, kind, title = "case.members_differ", Kind.CONFLICT, "测算的成员与登记的共同生活成员不一致"


class ParameterPastFixed(DomainError):
    """The value would change what was in force on a day that is over; the past is judged by the law of its day."""

    code, kind, title = "policy.past_fixed", Kind.CONFLICT, "过去已经执行的标准不能改动"


class ParameterValueTaken(DomainError):
    """The region has a value of this key from this very day."""

    code, kind, title = "policy.value_taken", Kind.CONFLICT, "同一天起已有这一标准"


class ParameterProposalDecided(DomainError):
    """The proposed value was approved or declined before."""

    code, kind, title = "policy.proposal_decided", Kind.CONFLICT, "这一项已经审批过"


class ParameterMissing(DomainError):
    """No value is in force for a number that the deed needs; the region has to set it, with its document."""

    code, kind, title = "policy.parameter_missing", Kind.CONFLICT, "办理所需的标准还没有设定"


class CheckNotAuthorised(DomainError):
    """A co-living adult has not authorised the check, or only for other sources, or until a day that is past.

    No authorisation, no query (社会救助法第四十条).
    """

    code, kind, title = "check.not_authorised", Kind.CONFLICT, "核对授权不齐全, 不能查询"


class CheckStepRefused(DomainError):
    """The check does not stand where this deed is possible; the detail says what comes first."""

    code, kind, title = "check.step_refused", Kind.CONFLICT, "这次核对现在不能这样办"


class CheckWaysMissing(DomainError):
    """The operator has not set on which way the sources are asked."""

    code, kind, title = "check.ways_missing", Kind.CONFLICT, "还没有设置核对通道"


class DocumentNotYet(DomainError):
    """What the document tells of has not happened; the detail says what."""

    code, kind, title = "document.not_yet", Kind.CONFLICT, "现在还不能做这份文书"


class DocumentsUnavailable(DomainError):
    """This machine lacks the libraries that lay pages out; everything else works."""

    code, kind, title = "document.unavailable", Kind.CONFLICT, "这台服务器还不能制作 PDF 文书"
