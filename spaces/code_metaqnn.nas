space code_metaqnn "Any string of MetaQNN (Baker et al.; ICLR 2017)"
# Layers in a row, as their networks were published: convolutions keep the size, have a bias and are followed
# by ReLU; pools have no padding and round up; GAP(n) is a 1x1 convolution to n and the average of each
# channel; SM(n) is the classifier, also behind a GAP. No batch norm; dropout is left out.
import "lib_metaqnn.nas"

param code: metaqnn = "C(128,5,1)-C(512,3,1)-P(2,2)-C(128,1,1)-C(128,5,1)-P(3,2)-C(512,3,1)-SM(10)"
param size = 32, channels_in = 3

motif layer(l) = case l.kind {
  conv:    conv(l.k, out = l.n, stride = l.s, bias = true) -> relu
  pool:    max_pool(l.k, stride = l.s, pad = "valid", ceil = true)
  fc:      flatten -> linear(l.n) -> relu
  gap:     conv(1, out = l.n, bias = true) -> relu -> global_avg_pool
  softmax: flatten -> linear(l.n)
}

network = image(channels_in, size, size) -> chain([layer(l) for l in code])
