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

# What a burst of frames lacked, as what to do now. Nothing here is held against anybody.
LIVENESS_REASONS = {
    "too_few_frames": "拍到的画面太少，请重来一次，或直接由工作人员当面确认。",
    "face_lost": "转头时看不到脸，请慢一点、幅度小一点，脸不要离开画面。",
    "burst_not_in_time": "画面的时间不连贯，请重来一次。",
    "frames_frozen": "画面没有变化，请检查摄像头后重来。",
    "frames_replayed": "画面有重复，请用本机摄像头当面重拍。",
    "face_jumped": "画面中断或晃动太大，请拿稳后重来。",
    "two_faces_in_burst": "画面里有两张脸，请只拍本人。",
    "turn_left_missing": "没有看到向左转头，请慢慢向左转，再转回来。",
    "turn_right_missing": "没有看到向右转头，请慢慢向右转，再转回来。",
    "turn_too_small": "转头幅度太小，请左右再多转一点。",
    "turns_in_other_order": "转头的先后和提示不一样，请按提示重来一次。",
    "face_changed": "转头前后不像同一个人，请本人重来一次。",
}

# Why no identity card was read; the worker types then.
CARD = {
    "card_reader_missing": "本机没有安装证件识别组件，请手工填写。安装：pip install 'zhangshangban[card]'",
    "card_not_seen": "没有认出身份证正面。请把证件放平、占满画面、避开反光后重拍，或手工填写。",
}

RECHECK = {
    "recheck_differs": "复核结果与现场不一致，请审核人员查看。",
    "recheck_differs_today": "按现在的阈值，结果会不同，请审核人员查看。",
    "recheck_other_engine": "现场用的是另一个模型，不能直接对照。",
    "recheck_policy_unknown": "这里没有现场所用的阈值版本，不能对照。",
    "recheck_not_possible": "这两张照片不能比对，请审核人员查看。",
}

SEXES = {"male": "男", "female": "女"}

CARD_FIELDS = {
    "name": "姓名",
    "sex": "性别",
    "ethnicity": "民族",
    "birth_date": "出生日期",
    "address": "住址",
    "id_number": "证件号码",
}

# Why the comparison ended as it did; findings of a photograph may stand beside these.
REASONS = {
    "distance_near": "两张照片很像。",
    "distance_between": "两张照片像不像，机器说不准，请工作人员当面比对。",
    "distance_far": "两张照片不像，可能是光线、年龄或证件照陈旧造成的。",
    "minor": "未成年人不由机器下结论，请工作人员当面核对。",
    "age_unknown": "不知道年龄，不由机器下结论，请工作人员当面核对。",
    "not_confirmed_by_person": "机器比对相符，等工作人员当面确认。",
    "liveness_open": "还没有确认是当面拍摄的真人，请工作人员当面核对。",
    "liveness_failed": "活体检测没有通过，不能由机器下结论，请工作人员当面核对。",
    "no_live_photo": "没有现场照片。",
    "reference_outdated": "留存的参考照片数据由旧模型算出，不能再用，请改用证件照片。",
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
    "passed": "转头检测通过：不是一张平面照片。屏幕录像和面具仍要由在场工作人员留意。",
    "failed": "转头检测没有通过。不方便转头的，不用再做，由工作人员当面确认即可。",
    "not_possible": "转头检测做不成，由在场工作人员当面确认。",
}
