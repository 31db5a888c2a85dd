-- wrk -s orders.lua URL -- FILE FIRST COUNT: each request is another line of the file, once.
local bodies, at = {}, 0

function init(args)
  local first, count, number = tonumber(args[2]), tonumber(args[3]), 0
  local path = wrk.path
  for line in io.lines(args[1]) do
    if number >= first and number < first + count then
      bodies[#bodies + 1] =
        wrk.format("POST", path, { ["Content-Type"] = "application/json" }, line)
    end
    number = number + 1
  end
end

function request()
  at = at + 1
  if at > #bodies then
    io.stderr:write("more requests than orders\n")
    os.exit(3)
  end
  return bodies[at]
end

function done(summary, latency, _)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '{"requests":%d,"seconds":%f,"failed":%d,"p50_ms":%f,"p99_ms":%f}\n',
    summary.requests, summary.duration / 1e6, failed,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
