import { z } from 'zod';

const units = z.number().int().min(1).max(4_096);

/**
 * The paper's shape of network: LSTM layers, dropout after each, dense ReLU layers, dropout after each, softmax.
 */
export const lstmModelSchema = z.strictObject({
  kind: z.literal('lstm'),
  /** Units of each LSTM layer; all but the last give their whole sequence to the next. */
  lstm: z.array(units).min(1).max(8),
  /** Units of each dense layer before the output. */
  dense: z.array(units).max(8),
  /** Share of values dropped after each layer while training. */
  dropout: z.number().min(0).max(0.95),
});

/**
 * Convolutions along time, then their mean over time, dense ReLU layers and softmax; without convolutions a multilayer
 * perceptron. Dropout stands after each layer.
 */
export const feedforwardModelSchema = z.strictObject({
  kind: z.literal('feedforward'),
  convolutions: z
    .array(
      z.strictObject({
        filters: units,
        /** Steps a filter sees; an odd number keeps it centred. */
        width: z.number().int().min(1).max(64),
        /** Steps of which the largest value goes on. */
        pool: z.number().int().min(1).max(16),
      }),
    )
    .max(16),
  dense: z.array(units).max(8),
  dropout: z.number().min(0).max(0.95),
});

/**
 * LSTM layers that read the sequence both ways, attention over their steps, dense ReLU layers and softmax. Dropout stands
 * after each layer.
 */
export const bilstmAttentionModelSchema = z.strictObject({
  kind: z.literal('bilstm-attention'),
  /** Units of each LSTM layer and direction. */
  lstm: z.array(units).min(1).max(8),
  /** Width of the layer that scores the steps. */
  attention: units,
  dense: z.array(units).max(8),
  dropout: z.number().min(0).max(0.95),
});

/**
 * Blocks of dilated causal convolutions along time, from the start and from the end of the sequence, each gating what enters
 * it; the mean over time of what both directions found at each scale, added with learned weights; softmax (after Ye et al. 2023,
 * TIM-Net).
 */
export const temporalConvolutionModelSchema = z.strictObject({
  kind: z.literal('temporal-convolution'),
  filters: units,
  /** Steps a filter sees. */
  width: z.number().int().min(2).max(16),
  /** In each direction; the dilation doubles from one to the next. */
  blocks: z.number().int().min(1).max(12),
  /** Share of channels dropped after each convolution while training. */
  dropout: z.number().min(0).max(0.95),
});

/**
 * A convolution along time, then blocks of self-attention and a convolution; attention over time and softmax after each block,
 * of which the last answers.
 */
export const attentionModelSchema = z
  .strictObject({
    kind: z.literal('attention'),
    /** Channels of every convolution, and the width that self-attention mixes. */
    filters: units,
    /** Steps a filter sees; an odd number keeps it centred. */
    width: z.number().int().min(1).max(64),
    /** How many times a step looks at the others in one block; divides `filters`. */
    heads: z.number().int().min(1).max(64),
    blocks: z.number().int().min(1).max(12),
    /** Width of the layers that score the steps before softmax. */
    attention: units,
    dropout: z.number().min(0).max(0.95),
  })
  .refine(({ filters, heads }) => filters % heads === 0, 'Expected heads that divide filters');

/** A network as data; one member for each kind this package can build. */
export const modelSpecSchema = z.discriminatedUnion('kind', [
  lstmModelSchema,
  feedforwardModelSchema,
  bilstmAttentionModelSchema,
  temporalConvolutionModelSchema,
  attentionModelSchema,
]);

export type ModelSpec = z.output<typeof modelSpecSchema>;
export type LstmSpec = z.output<typeof lstmModelSchema>;
export type FeedforwardSpec = z.output<typeof feedforwardModelSchema>;
export type BilstmAttentionSpec = z.output<typeof bilstmAttentionModelSchema>;
export type AttentionSpec = z.output<typeof attentionModelSchema>;
export type TemporalConvolutionSpec = z.output<typeof temporalConvolutionModelSchema>;
