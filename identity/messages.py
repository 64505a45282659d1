"""What people read: every code of this room with its sentence in plain Chinese. No logic, one table per kind."""

# What was noticed about one photograph, as one piece of advice: what to do, not what is wrong with the person.
FINDINGS = {
    "photo_empty": "照片文件是空的，请重新拍摄。",
    "photo_too_many_bytes": "照片文件超过 20 MB，请用本机相机重新拍摄。",
    "photo_too_many_pixels": "照片超过 4000 万像素，请调低相机分辨率后重拍。",
    "photo_unknown_format": "这不是 JPEG、PNG 或 WebP 照片，请换一张照片。",
    "photo_damaged": "照片文件不完整或已损坏，请重新拍摄。",
    "no_face": "没有看到人脸，请正对镜头，靠近一些。",
    "two_faces": "画面里有两张脸，请只拍本人。",
    "too_far": "离得太远，请靠近一些。",
    "too_dark": "光线太暗，请面向窗户或开灯。",
    "too_bright": "太亮或逆光，请换个方向。",
    "blurred": "照片模糊，请拿稳再拍。",
    "turned_away": "请正对镜头。",
    "covered": "请摘下口罩、墨镜，露出整张脸。",
    "rather_far": "再靠近一些，效果更好。",
    "side_light": "一侧光线偏暗，转向光源效果更好。",
    "tilted": "手机或头部有些倾斜，摆正效果更好。",
    "same_photo": "现场照片与参考照片是同一张照片，请当面拍摄本人。",
}

# Why the comparison ended as it did; findings of a photograph may stand beside these.
REASONS = {
    "distance_near": "两张照片很像。",
    "distance_between": "两张照片像不像，机器说不准，请工作人员当面比对。",
    "distance_far": "两张照片不像，可能是光线、年龄或证件照陈旧造成的。",
    "minor": "未成年人不由机器下结论，请工作人员当面核对。",
    "liveness_open": "还没有确认是当面拍摄的真人，请工作人员当面核对。",
    "no_live_photo": "没有现场照片。",
    "engine_not_installed": "本机没有安装人脸比对组件。",
    "weights_missing": "本机没有人脸比对模型文件。",
    "weights_altered": "人脸比对模型文件与发布的不一致，已停用。",
    "engine_failed": "人脸比对组件出错，已停用。",
}

OUTCOMES = {
    "match": "机器比对：相符。请工作人员当面比对证件和本人后确认。",
    "no_match": "机器比对：不相符。请重拍一次，或改用证件、监护人、见证人核验；不影响继续办理。",
    "inconclusive": "机器比对：不能确定。请按提示重拍，或改用其他方式核验；不影响继续办理。",
    "not_possible": "这次不能用人脸比对。请按提示重拍，或改用其他方式核验；不影响继续办理。",
}

LIVENESS = {
    "not_checked": "未做活体检测：单张照片看不出是不是当面拍摄，由在场工作人员确认。",
}
