// One deed of tus-js-client, told by a JSON argument; says what came of it as one line of JSON.
import fs from 'node:fs'
import { FileUrlStorage, Upload } from 'tus-js-client'

const asked = JSON.parse(process.argv[2])
const headers = { Authorization: `Bearer ${asked.token}` }

function tell(found) {
  process.stdout.write(`${JSON.stringify(found)}\n`)
}

function status(error) {
  return error.originalResponse ? error.originalResponse.getStatus() : 0
}

if (asked.deed === 'terminate') {
  await Upload.terminate(asked.url, { headers })
  tell({ terminated: true })
} else {
  const offsets = []
  const upload = new Upload(fs.createReadStream(asked.file), {
    endpoint: asked.endpoint,
    headers,
    metadata: asked.metadata,
    chunkSize: asked.chunk,
    retryDelays: asked.retries ?? null,
    uploadLengthDeferred: asked.deferred ?? false,
    urlStorage: asked.storage ? new FileUrlStorage(asked.storage) : undefined,
    storeFingerprintForResuming: Boolean(asked.storage),
    onBeforeRequest(request) {
      if (request.getMethod() !== 'PATCH') return
      offsets.push(Number(request.getHeader('Upload-Offset')))
      for (const [name, value] of Object.entries(asked.patch ?? {})) request.setHeader(name, value)
    },
    onChunkComplete(size, accepted) {
      if (asked.dieAt && accepted >= asked.dieAt) process.kill(process.pid, 'SIGKILL')
    },
    onError: (error) => tell({ status: status(error), offsets, url: upload.url }),
    onSuccess: () => tell({ done: true, offsets, url: upload.url }),
  })
  if (asked.resume) {
    const [previous] = await upload.findPreviousUploads()
    upload.resumeFromPreviousUpload(previous)
  }
  upload.start()
}
