//! Made-up records with the shape of real ones. Shares are round figures from what public statistics of
//! hubs show: a third without a card, more than half without a license, two in five made from another
//! model, one in seven with GGUF files, one in two thousand broken.

use std::fmt::Write;

/// A stream of numbers (SplitMix64), one for each record, so that records do not hang on each other.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64, n: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ n.wrapping_mul(0xbf58_476d_1ce4_e5b9))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// True for `n` in a hundred.
    pub fn percent(&mut self, n: u64) -> bool {
        self.below(100) < n
    }

    /// Below `n`, small ones much more often.
    pub fn skewed(&mut self, n: u64) -> u64 {
        let unit = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        ((n as f64).powf(unit) - 1.0) as u64
    }

    pub fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let at = self.skewed(list.len() as u64 + 1).min(list.len() as u64 - 1);
        list[at as usize]
    }
}

const LICENSES: &[&str] = &[
    "apache-2.0",
    "mit",
    "openrail",
    "creativeml-openrail-m",
    "other",
    "llama3",
    "llama3.1",
    "cc-by-nc-4.0",
    "llama2",
    "gemma",
    "cc-by-4.0",
    "llama3.2",
    "afl-3.0",
    "cc-by-sa-4.0",
    "cc-by-nc-sa-4.0",
    "gpl-3.0",
    "artistic-2.0",
    "bigscience-openrail-m",
    "bsd-3-clause",
    "unknown",
    "wtfpl",
];
const BASES: &[(&str, &str)] = &[
    ("meta-llama/Llama-3.1-8B-Instruct", "llama3.1"),
    ("Qwen/Qwen2.5-7B-Instruct", "apache-2.0"),
    ("mistralai/Mistral-7B-v0.1", "apache-2.0"),
    ("black-forest-labs/FLUX.1-dev", "other"),
    ("meta-llama/Llama-2-7b-hf", "llama2"),
    ("google/gemma-2-2b-it", "gemma"),
    ("distilbert/distilbert-base-uncased", "apache-2.0"),
    ("openai/whisper-small", "apache-2.0"),
    ("stabilityai/stable-diffusion-xl-base-1.0", "openrail++"),
    ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "mit"),
];
const TASKS: &[&str] = &[
    "text-generation",
    "text-to-image",
    "text-classification",
    "reinforcement-learning",
    "feature-extraction",
    "automatic-speech-recognition",
    "image-classification",
    "token-classification",
    "fill-mask",
    "sentence-similarity",
    "text2text-generation",
    "image-text-to-text",
    "translation",
];
const LIBRARIES: &[&str] =
    &["transformers", "diffusers", "peft", "stable-baselines3", "sentence-transformers", "gguf", "mlx", "timm", "ml-agents", "nemo"];
const WORDS: &[&str] = &[
    "nova",
    "llama",
    "mistral",
    "tiny",
    "merge",
    "instruct",
    "chat",
    "code",
    "vision",
    "lora",
    "sft",
    "dpo",
    "ties",
    "speech",
    "bert",
    "qwen",
    "reasoner",
    "small",
    "large",
    "mini",
    "finetuned",
    "emotion",
    "ner",
    "en",
    "de",
    "zh",
    "v2",
    "v3",
    "final",
    "test",
    "awq",
    "gptq",
];
const LANGUAGES: &[&str] = &["en", "zh", "de", "fr", "es", "ja", "ko", "ru", "multilingual"];
const DATASETS: &[&str] =
    &["HuggingFaceH4/ultrachat_200k", "glue", "imagefolder", "mozilla-foundation/common_voice_11_0", "allenai/dolma", "tatsu-lab/alpaca"];

/// Adds the record with a number, as one line without its end.
pub fn write(seed: u64, n: u64, out: &mut String) {
    let r = &mut Random::new(seed, n);
    // The models that others are made from are there too.
    let known = usize::try_from(n).ok().and_then(|n| BASES.get(n));
    if known.is_none() && r.below(2000) == 0 {
        return broken(r, n, out);
    }
    let mut id = String::new();
    match known {
        Some((base, _)) => id.push_str(base),
        None => {
            let _ = write!(id, "org{}/", r.skewed(200_000));
            for _ in 0..2 + r.below(3) {
                let _ = write!(id, "{}-", r.pick(WORDS));
            }
            let _ = write!(id, "{n}");
        }
    }
    let base = (known.is_none() && r.percent(40)).then(|| BASES[r.skewed(BASES.len() as u64 + 1).min(BASES.len() as u64 - 1) as usize]);
    let license = match known {
        Some((_, license)) => Some(*license),
        None if r.percent(57) => None,
        None => Some(base.filter(|_| r.percent(70)).map_or_else(|| r.pick(LICENSES), |b| b.1)),
    };
    let task = r.percent(62).then(|| r.pick(TASKS));
    let library = r.percent(65).then(|| r.pick(LIBRARIES));
    let relation = ["finetune", "adapter", "quantized", "merge"][r.skewed(5).min(3) as usize];
    let day = r.below(28) + 1;
    let _ = write!(
        out,
        "{{\"_id\":\"{:024x}\",\"id\":\"{id}\",\"modelId\":\"{id}\",\"author\":\"{}\",\"sha\":\"{:016x}{:016x}{:08x}\",\"lastModified\":\"2025-0{}-{day:02}T11:00:00.000Z\",\"createdAt\":\"202{}-{:02}-{day:02}T10:00:00.000Z\",\"private\":false,\"disabled\":false,\"gated\":{},\"downloads\":{},\"likes\":{},\"trendingScore\":0,",
        r.next(),
        id.split('/').next().unwrap_or_default(),
        r.next(),
        r.next(),
        r.next() as u32,
        1 + r.below(9),
        2 + r.below(4),
        1 + r.below(12),
        match r.below(100) {
            0 => "\"manual\"",
            1 | 2 => "\"auto\"",
            _ => "false",
        },
        r.skewed(10_000_000),
        r.skewed(5_000),
    );
    if let Some(task) = task {
        let _ = write!(out, "\"pipeline_tag\":\"{task}\",");
    }
    if let Some(library) = library {
        let _ = write!(out, "\"library_name\":\"{library}\",");
    }
    out.push_str("\"tags\":[");
    for tag in [library, task].into_iter().flatten() {
        let _ = write!(out, "\"{tag}\",");
    }
    for _ in 0..r.below(8) {
        let _ = write!(out, "\"{}\",", r.pick(WORDS));
    }
    if r.percent(2) {
        out.push_str("\"open-source\",");
    }
    if r.percent(12) {
        let _ = write!(out, "\"arxiv:{}.{:05}\",", 1910 + r.below(600), r.below(20_000));
    }
    if let Some((base, _)) = base {
        let _ = write!(out, "\"base_model:{base}\",\"base_model:{relation}:{base}\",");
    }
    if let Some(license) = license {
        let _ = write!(out, "\"license:{license}\",");
    }
    out.push_str("\"autotrain_compatible\",\"endpoints_compatible\",\"region:us\"],");
    card_data(r, license, base, out);
    files(r, base.is_some() && relation == "adapter", out);
    if r.percent(45) {
        out.push_str("\"config\":{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\",\"tokenizer_config\":{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\",\"pad_token\":null}},");
    }
    if r.percent(40) {
        let parameters = 50_000_000 * (1 + r.skewed(2_000));
        let _ = write!(out, "\"safetensors\":{{\"parameters\":{{\"BF16\":{parameters}}},\"total\":{parameters}}},");
    }
    out.push_str("\"usedStorage\":123456789}");
}

fn card_data(r: &mut Random, license: Option<&str>, base: Option<(&str, &str)>, out: &mut String) {
    if license.is_none() && base.is_none() && r.percent(60) {
        out.push_str("\"cardData\":null,");
        return;
    }
    out.push_str("\"cardData\":{");
    if let Some(license) = license {
        let _ = write!(out, "\"license\":\"{license}\",");
        if license == "other" {
            let _ = write!(out, "\"license_name\":\"{}-{}\",\"license_link\":\"LICENSE.md\",", r.pick(WORDS), r.below(40));
        }
    }
    if let Some((base, _)) = base {
        let _ = if r.percent(50) { write!(out, "\"base_model\":\"{base}\",") } else { write!(out, "\"base_model\":[\"{base}\"],") };
    }
    if r.percent(15) {
        let _ = write!(out, "\"datasets\":[\"{}\"],", r.pick(DATASETS));
    }
    // A few cards carry long tables of results.
    if r.percent(8) {
        out.push_str("\"model-index\":[{\"name\":\"model\",\"results\":[");
        for i in 0..1 + r.skewed(40) {
            let sign = if i > 0 { "," } else { "" };
            let _ = write!(
                out,
                "{sign}{{\"task\":{{\"type\":\"text-generation\",\"name\":\"Text Generation\"}},\"dataset\":{{\"name\":\"IFEval (0-Shot)\",\"type\":\"wis-k/instruction-following-eval\",\"args\":{{\"num_few_shot\":0}}}},\"metrics\":[{{\"type\":\"acc\",\"value\":{}.{},\"name\":\"accuracy\"}}]}}",
                r.below(100),
                r.below(100)
            );
        }
        out.push_str("]}],");
    }
    let _ = write!(out, "\"language\":[\"{}\"],\"tags\":[\"{}\",\"{}\"]}},", r.pick(LANGUAGES), r.pick(WORDS), r.pick(WORDS));
}

fn files(r: &mut Random, adapter: bool, out: &mut String) {
    out.push_str("\"siblings\":[{\"rfilename\":\".gitattributes\"}");
    let mut add = |name: &str| {
        let _ = write!(out, ",{{\"rfilename\":\"{name}\"}}");
    };
    if r.percent(67) {
        add("README.md");
    }
    if r.percent(6) {
        add("LICENSE");
    }
    match r.below(100) {
        // Nothing but a card.
        0..=14 => {}
        15..=28 => {
            for quant in ["Q2_K", "Q3_K_M", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "IQ4_XS"].iter().take(1 + r.below(7) as usize) {
                add(&format!("{}-{}.{quant}.gguf", r.pick(WORDS), r.below(100_000)));
            }
        }
        29..=38 => {
            for name in [
                "model_index.json",
                "scheduler/scheduler_config.json",
                "text_encoder/config.json",
                "text_encoder/model.safetensors",
                "tokenizer/merges.txt",
                "tokenizer/vocab.json",
                "unet/config.json",
                "unet/diffusion_pytorch_model.safetensors",
                "vae/config.json",
                "vae/diffusion_pytorch_model.safetensors",
            ] {
                add(name);
            }
        }
        39..=48 if adapter => {
            for name in ["adapter_config.json", "adapter_model.safetensors", "tokenizer.json", "tokenizer_config.json", "training_args.bin"]
            {
                add(name);
            }
        }
        39..=60 => {
            for name in ["config.json", "generation_config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"] {
                add(name);
            }
            let total = 1 + r.skewed(30);
            for i in 1..=total {
                add(&format!("model-{i:05}-of-{total:05}.safetensors"));
            }
            add("model.safetensors.index.json");
        }
        _ => {
            for name in
                ["config.json", "model.safetensors", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json", "vocab.txt"]
            {
                add(name);
            }
            if r.percent(30) {
                add("training_args.bin");
            }
            // Folders of checkpoints.
            for i in 0..if r.percent(4) { r.skewed(60) } else { 0 } {
                add(&format!("checkpoint-{}/optimizer.pt", i * 500));
            }
        }
    }
    out.push_str("],");
}

fn broken(r: &mut Random, n: u64, out: &mut String) {
    let _ = match r.below(4) {
        0 => write!(out, "{{\"id\":\"org{n}/cut-off\",\"tags\":[\"tran"),
        1 => write!(out, "{{\"modelId\":null,\"tags\":[]}}"),
        2 => write!(out, "<html><body>504 Gateway Time-out</body></html>"),
        _ => write!(out, "{{\"id\":\"../../etc/passwd\",\"siblings\":[]}}"),
    };
}
